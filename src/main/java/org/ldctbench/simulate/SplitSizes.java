package org.ldctbench.simulate;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.UserException;

/** Numbers of patients for training, validation and test; at least one each. */
public record SplitSizes(int train, int val, int test) {
  private static final List<String> NAMES = List.of("train", "val", "test");
  private static final int MOST = 999;

  public SplitSizes {
    if (Math.min(train, Math.min(val, test)) < 1 || (long) train + val + test > MOST) {
      throw new UserException(
          ExitCode.USAGE,
          "train, val and test need at least one patient each, and at most "
              + MOST
              + " together; got "
              + List.of(train, val, test));
    }
  }

  /**
   * Reads {@code train=2,val=1,test=1}.
   *
   * @throws UserException if a part is missing, doubled, unknown or not a number
   */
  public static SplitSizes parse(String text) {
    Map<String, Integer> sizes = new HashMap<>();
    for (String part : text.split(",", -1)) {
      int equals = part.indexOf('=');
      String name = part.substring(0, Math.max(0, equals)).strip();
      String count = part.substring(equals + 1).strip();
      if (!NAMES.contains(name)
          || !count.matches("[0-9]{1,6}")
          || sizes.put(name, Integer.parseInt(count)) != null) {
        throw malformed(text);
      }
    }
    if (sizes.size() != NAMES.size()) {
      throw malformed(text);
    }
    return new SplitSizes(sizes.get("train"), sizes.get("val"), sizes.get("test"));
  }

  /** About 70, 20 and 10 percent of {@code patients}, at least one each. */
  static SplitSizes of(int patients) {
    int val = (int) Math.max(1, Math.round(0.2 * patients));
    int test = (int) Math.max(1, Math.round(0.1 * patients));
    if (patients < 3) {
      throw new UserException(
          ExitCode.DATA,
          "found "
              + patients
              + " patient(s), but train, val and test need one each; patients are told apart by"
              + " their PatientID");
    }
    return new SplitSizes(patients - val - test, val, test);
  }

  int total() {
    return train + val + test;
  }

  @Override
  public String toString() {
    return "train=" + train + ",val=" + val + ",test=" + test;
  }

  private static UserException malformed(String text) {
    return new UserException(
        ExitCode.USAGE, "patients '" + text + "' is not of the form train=2,val=1,test=1");
  }
}
