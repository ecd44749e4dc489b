package org.ldctbench.data;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The published split, from the table {@code published-split.txt} beside this class. */
final class PublishedSplit {
  private static final double MEAN = 481.45419786099086;
  private static final double STD = 502.18507379395044;

  private PublishedSplit() {}

  static InfoFile read() {
    Map<Split, List<Patient>> patients = new EnumMap<>(Split.class);
    for (Split split : Split.values()) {
      patients.put(split, new ArrayList<>());
    }
    try (InputStream table = PublishedSplit.class.getResourceAsStream("published-split.txt");
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(table, StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (!line.startsWith("#")) {
          String[] field = line.split(" ", -1);
          Patient patient =
              new Patient(
                  field[1],
                  folder(field, 3, "Low Dose"),
                  folder(field, 7, "Full Dose"),
                  Integer.parseInt(field[2]));
          patients.get(Split.valueOf(field[0].toUpperCase(Locale.ROOT))).add(patient);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new InfoFile(
        MEAN,
        STD,
        0,
        4095,
        false,
        patients.get(Split.TRAIN),
        patients.get(Split.VAL),
        patients.get(Split.TEST));
  }

  /** Date, study, series number and series suffix stand at {@code at} and after. */
  private static String folder(String[] field, int at, String dose) {
    return String.format(
        "./LDCT-and-Projection-data/%s/%s-NA-NA-%s/%s.000000-%s Images-%s",
        field[1], field[at], field[at + 1], field[at + 2], dose, field[at + 3]);
  }
}
