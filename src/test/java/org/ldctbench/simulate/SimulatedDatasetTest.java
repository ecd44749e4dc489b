package org.ldctbench.simulate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.ldctbench.common.Progress;
import org.ldctbench.data.InfoFile;
import org.ldctbench.data.Patient;
import org.ldctbench.dicom.CtSlice;
import org.ldctbench.dicom.DicomReader;

class SimulatedDatasetTest {
  @TempDir private Path cache;

  @Test
  void theDefaultSetIsMadeOnceAndLargeEnoughForTheUsualSettings() throws Exception {
    Path folder = SimulatedDataset.ensure(cache, Progress.SILENT);
    InfoFile info = InfoFile.read(folder.resolve("info.yml"));
    assertTrue(info.val().stream().mapToInt(Patient::slices).sum() >= 16);
    Patient first = info.train().get(0);
    CtSlice slice = DicomReader.read(folder.resolve(first.input()).resolve(first.fileName(1)));
    assertTrue(slice.rows() >= 128);
    FileTime made = Files.getLastModifiedTime(folder.resolve("info.yml"));
    assertEquals(folder, SimulatedDataset.ensure(cache, Progress.SILENT));
    assertEquals(made, Files.getLastModifiedTime(folder.resolve("info.yml")));
  }
}
