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
    // Images are read where they lie in the Java heap: copying two of 512x512 took as long as half
    // of their SSIM.
    infoMap.put(
        new Info("ldct_image_quality")
            .javaText(
                "@CriticalRegion public static native int ldct_image_quality(ldct_engine engine,"
                    + " @Const float[] target, @Const float[] prediction, @Cast(\"int64_t\") long"
                    + " count, int rows, int columns, float clip_low, float clip_high, double"
                    + " data_range, double[] ssim, double[] mse);"));
  }
}
