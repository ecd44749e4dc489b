package org.ldctbench.data;

import java.util.List;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.Nearest;
import org.ldctbench.common.UserException;
import org.ldctbench.engine.PixelScale;

/** How stored values become what the network sees; constants are rounded to float32 first. */
public enum Normalization {
  /** (v - mean) / std */
  MEANSTD {
    @Override
    public PixelScale scale(InfoFile info) {
      return new PixelScale((float) info.mean(), (float) info.std());
    }
  },
  /** (v - min) / (max - min) */
  MINMAX {
    @Override
    public PixelScale scale(InfoFile info) {
      return new PixelScale((float) info.min(), (float) (info.max() - info.min()));
    }
  };

  public abstract PixelScale scale(InfoFile info);

  /**
   * The normalisation of that name.
   *
   * @throws UserException with code CONFIG if it is neither meanstd nor minmax
   */
  public static Normalization named(String name) {
    return switch (name) {
      case "meanstd" -> MEANSTD;
      case "minmax" -> MINMAX;
      default ->
          throw new UserException(
              ExitCode.CONFIG,
              "data_norm '"
                  + name
                  + "' is neither meanstd nor minmax"
                  + Nearest.hint(name, List.of("meanstd", "minmax")));
    };
  }
}
