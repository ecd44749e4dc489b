package org.ldctbench.common;

/**
 * Something that the user can mend. The message is one line: what is wrong, where, and what to do
 * next. The command line prints it without a stack trace and ends with the code.
 */
public class UserException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final ExitCode code;

  public UserException(ExitCode code, String message) {
    super(message);
    this.code = code;
  }

  public UserException(ExitCode code, String message, Throwable cause) {
    super(message, cause);
    this.code = code;
  }

  public ExitCode code() {
    return code;
  }
}
