package org.ldctbench.data;

/**
 * One patient of a data set.
 *
 * @param id letter of the anatomy and a number, such as C095
 * @param input folder of the low-dose slices, relative to the data folder, starting with "./"
 * @param target folder of the high-dose slices, likewise
 * @param slices number of slices in each
 */
public record Patient(String id, String input, String target, int slices) {
  /** File name of slice {@code number} (from 1): padded to the digits of the slice count. */
  public String fileName(int number) {
    int digits = Integer.toString(slices).length();
    String text = Integer.toString(number);
    return "1-" + "0".repeat(digits - text.length()) + text + ".dcm";
  }
}
