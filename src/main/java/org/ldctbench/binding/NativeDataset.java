package org.ldctbench.binding;

import java.util.function.Function;
import org.bytedeco.javacpp.BytePointer;
import org.ldctbench.binding.nativelib.Ldct;
import org.ldctbench.binding.nativelib.ldct_dataset;
import org.ldctbench.binding.nativelib.ldct_engine;
import org.ldctbench.engine.Dataset;
import org.ldctbench.engine.SliceTable;

/** Slices that an engine of this package has opened. */
final class NativeDataset implements Dataset {
  private static final int FIELDS = 5;
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
