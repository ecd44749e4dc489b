package org.ldctbench.download;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the service tells about one series.
 *
 * @param fields by the service's names, such as {@code Series UID}, in its order
 */
record Series(Map<String, String> fields) {
  static final String UID = "Series UID";
  private static final String COLLECTION = "LDCT-and-Projection-data";
  private static final Pattern UID_FORM = Pattern.compile("[0-9]+(\\.[0-9]+)+");
  private static final int LONGEST_UID = 64;
  private static final Pattern MONTH_FIRST =
      Pattern.compile("(?<m>\\d\\d)[-/](?<d>\\d\\d)[-/](?<y>\\d{4})");
  private static final Pattern YEAR_FIRST =
      Pattern.compile("(?<y>\\d{4})-?(?<m>\\d\\d)-?(?<d>\\d\\d)([T ].*)?");
  private static final Pattern NUMBER = Pattern.compile("\\d{1,9}(\\.\\d{1,9})?");

  Series {
    fields = new LinkedHashMap<>(fields);
  }

  static boolean isUid(String text) {
    return text.length() <= LONGEST_UID && UID_FORM.matcher(text).matches();
  }

  String uid() throws SeriesException {
    return uid(UID);
  }

  /** Patient and description, for people. */
  String title() {
    return fields.getOrDefault("Subject ID", "")
        + " "
        + fields.getOrDefault("Series Description", "");
  }

  /** Number of slices, if the service tells. */
  OptionalInt images() {
    String text = fields.getOrDefault("Number of Images", "");
    Matcher number = Pattern.compile("(\\d{1,9})(\\.0)?").matcher(text);
    return number.matches()
        ? OptionalInt.of(Integer.parseInt(number.group(1)))
        : OptionalInt.empty();
  }

  /**
   * Where the series belongs, relative to the data folder, such as {@code
   * LDCT-and-Projection-data/C095/12-23-2021-NA-NA-41601/1.000000-Low Dose Images-40418}.
   *
   * @throws SeriesException if a field is missing or cannot be part of a path
   */
  Path folder() throws SeriesException {
    String study = date() + "-NA-NA-" + lastFive(uid("Study UID"));
    String series = number() + "-" + segment("Series Description") + "-" + lastFive(uid());
    return Path.of(COLLECTION, segment("Subject ID"), study, series);
  }

  private String uid(String name) throws SeriesException {
    String value = field(name);
    if (!isUid(value)) {
      throw new SeriesException("the service's " + name + " is not a UID");
    }
    return value;
  }

  private String date() throws SeriesException {
    String value = field("Study Date");
    for (Pattern form : new Pattern[] {MONTH_FIRST, YEAR_FIRST}) {
      Matcher date = form.matcher(value);
      if (date.matches()) {
        return date.group("m") + "-" + date.group("d") + "-" + date.group("y");
      }
    }
    throw new SeriesException("the service's Study Date is not a date");
  }

  private String number() throws SeriesException {
    String value = field("Series Number");
    if (!NUMBER.matcher(value).matches()) {
      throw new SeriesException("the service's Series Number is not a number");
    }
    return new BigDecimal(value).setScale(6, RoundingMode.HALF_EVEN).toPlainString();
  }

  /** A field that is one safe part of a path. */
  private String segment(String name) throws SeriesException {
    String value = field(name);
    boolean safe =
        !value.startsWith(".")
            && value.length() <= 128
            && value.chars().noneMatch(c -> c == '/' || c == '\\' || Character.isISOControl(c));
    if (!safe) {
      throw new SeriesException("the service's " + name + " cannot be part of a folder's name");
    }
    return value;
  }

  private String field(String name) throws SeriesException {
    String value = fields.getOrDefault(name, "").strip();
    if (value.isEmpty()) {
      throw new SeriesException("the service gives no " + name);
    }
    return value;
  }

  private static String lastFive(String uid) {
    return uid.substring(Math.max(0, uid.length() - 5));
  }
}
