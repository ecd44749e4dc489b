package org.ldctbench.binding;

import java.util.function.Function;
import org.bytedeco.javacpp.BytePointer;
import org.ldctbench.binding.nativelib.Ldct;
import org.ldctbench.binding.nativelib.ldct_dataset;
import org.ldctbench.binding.nativelib.ldct_engine;
import org.ldctbench.engine.Dataset;
import org.ldctbench.engine.SliceTable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Slices that an engine of this package has opened. */
final class NativeDataset implements Dataset {
  private static final Logger LOG = LoggerFactory.getLogger(NativeDataset.class);
  private static final int FIELDS = 5;
  private static final long MEGABYTE = 1_000_000;
  private static final long SIGNED = 1;

  private final int size;
  private final Handle<ldct_dataset> handle;

  NativeDataset(ldct_engine engine, SliceTable table) {
    size = table.slices().size();
    long[] slices = new long[size * FIELDS];
    int i = 0;
    for (SliceTable.Slice slice : table.slices()) {
      slices[i++] = slice.lowOffset();
      slices[i++] = slice.highOffset();
      slices[i++] = slice.rows();
      slices[i++] = slice.columns();
      slices[i++] = slice.signed() ? SIGNED : 0;
    }
    ldct_dataset dataset = new ldct_dataset();
    try (BytePointer path = new BytePointer(table.file().toString())) {
      Status.check(Ldct.ldct_dataset_open(engine, path, slices, size, dataset));
    }
    handle = new Handle<>("dataset", dataset, Ldct::ldct_dataset_close);
    tellWhatDidNotFit();
  }

  private void tellWhatDidNotFit() {
    long[] bytes = new long[1];
    long[] resident = new long[1];
    call(
        dataset -> {
          Status.check(Ldct.ldct_dataset_memory(dataset, bytes, resident));
          return null;
        });
    if (resident[0] < bytes[0]) {
      LOG.warn(
          "{} of {} MB of the data set lie on the device; windows of the other slices are copied"
              + " from the slice cache when they are needed",
          resident[0] / MEGABYTE,
          bytes[0] / MEGABYTE);
    }
  }

  <R> R call(Function<ldct_dataset, R> body) {
    return handle.call(body);
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public void close() {
    handle.close();
  }
}
