package org.ldctbench.bench;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.UserException;

/** Minibatch size and edge of its square patches, written {@code 16x64}. */
public record Shape(int mbs, int patch) {
  private static final Pattern FORM = Pattern.compile("([1-9][0-9]{0,4})x([1-9][0-9]{0,3})");

  /**
   * Reads {@code 16x64}.
   *
   * @throws UserException with code USAGE if the text has another form
   */
  public static Shape parse(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      throw new UserException(
          ExitCode.USAGE, "shape '" + text + "' is not MBSxPATCH; write for instance 16x64");
    }
    return new Shape(Integer.parseInt(form.group(1)), Integer.parseInt(form.group(2)));
  }

  public long pixels() {
    return (long) mbs * patch * patch;
  }

  @Override
  public String toString() {
    return mbs + "x" + patch;
  }
}
