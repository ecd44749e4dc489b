package org.ldctbench.wandb.run;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * PNG images logged under one key.
 *
 * @param width columns of the first image
 * @param height rows of the first image
 * @param paths relative to the run's {@code files} folder, with {@code /}
 * @param captions one an image, or none at all
 */
public record WandbImages(int width, int height, List<String> paths, List<String> captions) {
  public WandbImages {
    if (paths.isEmpty() || !(captions.isEmpty() || captions.size() == paths.size())) {
      throw new IllegalArgumentException(
          paths.size() + " images with " + captions.size() + " captions");
    }
    paths = List.copyOf(paths);
    captions = List.copyOf(captions);
  }

  /** The value that stands in the history row. */
  Map<String, Object> value() {
    Map<String, Object> value = new LinkedHashMap<>();
    value.put("_type", "images/separated");
    value.put("width", width);
    value.put("height", height);
    value.put("format", "png");
    value.put("count", paths.size());
    value.put("filenames", paths);
    if (!captions.isEmpty()) {
      value.put("captions", captions);
    }
    return value;
  }
}
