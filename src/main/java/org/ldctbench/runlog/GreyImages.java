package org.ldctbench.runlog;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import javax.imageio.ImageIO;
import org.ldctbench.common.AtomicFile;

/** Logged images: {@code media/images/<key>_<step>_<20 hex of SHA-256>.png}, 8-bit grey. */
public final class GreyImages {
  /** Narrowest window, in HU: a flat patch must not be shown as pure noise. */
  private static final float MIN_WIDTH = 300;

  private GreyImages() {}

  /** Values shown as black and white. */
  public record Window(float black, float white) {
    /** From the 1st to the 99th percentile of an image, so that its anatomy can be seen. */
    public static Window of(float[] image) {
      float[] sorted = image.clone();
      Arrays.sort(sorted);
      float low = sorted[sorted.length / 100];
      float high = sorted[sorted.length - 1 - sorted.length / 100];
      float missing = Math.max(0, MIN_WIDTH - (high - low)) / 2;
      return new Window(low - missing, high + missing);
    }
  }

  /**
   * Writes one image below {@code files}.
   *
   * @param image {@code [rows][columns]}
   * @return its path relative to {@code files}
   */
  public static String write(
      Path files, String key, long step, float[] image, int rows, int columns, Window window)
      throws IOException {
    byte[] png = png(image, rows, columns, window);
    String name = "media/images/" + key + "_" + step + "_" + sha256(png).substring(0, 20) + ".png";
    Path file = files.resolve(name);
    Files.createDirectories(file.getParent());
    if (!Files.exists(file)) {
      AtomicFile.write(file, out -> out.write(png));
    }
    return name;
  }

  private static byte[] png(float[] image, int rows, int columns, Window window)
      throws IOException {
    BufferedImage grey = new BufferedImage(columns, rows, BufferedImage.TYPE_BYTE_GRAY);
    float scale = 255 / (window.white() - window.black());
    int[] line = new int[columns];
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        float level = (image[r * columns + c] - window.black()) * scale;
        line[c] = Math.round(Math.max(0, Math.min(255, level)));
      }
      grey.getRaster().setPixels(0, r, columns, 1, line);
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    if (!ImageIO.write(grey, "png", out)) {
      throw new IOException("no PNG writer");
    }
    return out.toByteArray();
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
