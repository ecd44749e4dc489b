package org.ldctbench.wandb.run;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** Passes output on and keeps a copy of it, line by line. */
final class ConsoleTee extends OutputStream {
  private final OutputStream original;
  private final Consumer<String> copy;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();

  private ConsoleTee(OutputStream original, Consumer<String> copy) {
    this.original = original;
    this.copy = copy;
  }

  static PrintStream of(PrintStream original, Consumer<String> copy) {
    return new PrintStream(new ConsoleTee(original, copy), true, StandardCharsets.UTF_8);
  }

  @Override
  public synchronized void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public synchronized void write(byte[] bytes, int offset, int length) throws IOException {
    original.write(bytes, offset, length);
    for (int i = offset; i < offset + length; i++) {
      line.write(bytes[i]);
      if (bytes[i] == '\n') {
        copyLine();
      }
    }
  }

  @Override
  public synchronized void flush() throws IOException {
    original.flush();
  }

  @Override
  public synchronized void close() throws IOException {
    copyLine();
    original.flush();
  }

  private void copyLine() {
    if (line.size() > 0) {
      copy.accept(line.toString(StandardCharsets.UTF_8));
      line.reset();
    }
  }
}
