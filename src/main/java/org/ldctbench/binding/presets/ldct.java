package org.ldctbench.binding.presets;

import org.bytedeco.javacpp.annotation.Platform;
import org.bytedeco.javacpp.annotation.Properties;
import org.bytedeco.javacpp.tools.Info;
import org.bytedeco.javacpp.tools.InfoMap;
import org.bytedeco.javacpp.tools.InfoMapper;

/** Tells JavaCPP how {@code ldct.h} becomes {@code org.ldctbench.binding.global.ldct}. */
@Properties(
    value = @Platform(include = "ldct.h", link = "ldct"),
    target = "org.ldctbench.binding.nativelib",
    global = "org.ldctbench.binding.nativelib.Ldct")
public class ldct implements InfoMapper {
  @Override
  public void map(InfoMap infoMap) {
    infoMap.put(new Info("LDCT_H").skip());
  }
}
