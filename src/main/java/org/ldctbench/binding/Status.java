package org.ldctbench.binding;

import java.nio.charset.StandardCharsets;
import org.bytedeco.javacpp.BytePointer;
import org.ldctbench.binding.nativelib.Ldct;
import org.ldctbench.engine.EngineException;
import org.ldctbench.engine.EngineException.Cause;

/** Turns a native status into an exception with the native message. */
final class Status {
  private Status() {}

  static void check(int status) {
    if (status == Ldct.LDCT_OK) {
      return;
    }
    try (BytePointer message = Ldct.ldct_last_error()) {
      throw new EngineException(cause(status), message.getString(StandardCharsets.UTF_8));
    }
  }

  private static Cause cause(int status) {
    return switch (status) {
      case Ldct.LDCT_INVALID_ARGUMENT -> Cause.INVALID_ARGUMENT;
      case Ldct.LDCT_UNSUPPORTED -> Cause.UNSUPPORTED;
      case Ldct.LDCT_OUT_OF_MEMORY -> Cause.OUT_OF_MEMORY;
      case Ldct.LDCT_NO_DEVICE -> Cause.NO_DEVICE;
      case Ldct.LDCT_DEVICE_ERROR -> Cause.DEVICE_ERROR;
      case Ldct.LDCT_DEVICE_LOST -> Cause.DEVICE_LOST;
      case Ldct.LDCT_IO_ERROR -> Cause.IO_ERROR;
      default -> Cause.INTERNAL;
    };
  }
}
