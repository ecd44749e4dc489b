package org.ldctbench.binding;

import org.ldctbench.binding.nativelib.Ldct;
import org.ldctbench.engine.EngineException;
import org.ldctbench.engine.EngineException.Cause;

/** Loads the native engine once and makes sure that it is the one this code was written for. */
final class NativeLibrary {
  private NativeLibrary() {}

  /**
   * @throws EngineException if the library is missing, does not load or has another ABI
   */
  static void require() {
    int abi;
    try {
      abi = Ldct.ldct_abi_version();
    } catch (LinkageError e) {
      EngineException failure =
          new EngineException(
              Cause.UNSUPPORTED,
              "the native engine cannot be loaded ("
                  + reason(e)
                  + "); it needs x86-64 Linux and the library folder in -Djava.library.path, which"
                  + " bin/ldctbench sets");
      failure.initCause(e);
      throw failure;
    }
    if (abi != Ldct.LDCT_ABI_VERSION) {
      throw new EngineException(
          Cause.UNSUPPORTED,
          "the native engine has ABI "
              + abi
              + " and this program needs "
              + Ldct.LDCT_ABI_VERSION
              + "; build both again");
    }
  }

  private static String reason(Throwable problem) {
    Throwable root = problem;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return String.valueOf(root.getMessage()).replaceAll("\\s+", " ").trim();
  }
}
