package org.ldctbench.wandb.log;

import java.io.Closeable;
import java.io.IOException;
import org.ldctbench.wandb.proto.Record;

/** Takes the records of a run. */
public interface RecordSink extends Closeable {
  void append(Record.Builder record) throws IOException;

  /** Returns once everything appended so far is on the device. */
  void force() throws IOException;

  /** Keeps nothing. */
  RecordSink NONE =
      new RecordSink() {
        @Override
        public void append(Record.Builder record) {}

        @Override
        public void force() {}

        @Override
        public void close() {}
      };
}
