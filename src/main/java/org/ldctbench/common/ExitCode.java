package org.ldctbench.common;

/** Exit codes of every command, by name. */
public enum ExitCode {
  OK(0, "finished"),
  INTERNAL(1, "a fault of this program; --verbose shows where"),
  USAGE(2, "unknown option or bad value on the command line"),
  CONFIG(3, "a configuration file is missing, malformed or has a bad value"),
  DATA(4, "the data set is missing, damaged or does not fit the settings"),
  ENGINE(5, "the requested engine, device or precision is not available"),
  OUTPUT(6, "a result could not be written"),
  DIVERGED(7, "the training loss became infinite or not a number"),
  SWEEP_FAILED(8, "no run of the sweep finished"),
  DEVICE_LOST(9, "the device failed in the middle of the work"),
  INTERRUPTED(130, "stopped by Ctrl-C; what was done is saved"),
  TERMINATED(143, "stopped by SIGTERM; what was done is saved");

  private final int code;
  private final String meaning;

  ExitCode(int code, String meaning) {
    this.code = code;
    this.meaning = meaning;
  }

  public int code() {
    return code;
  }

  public String meaning() {
    return meaning;
  }
}
