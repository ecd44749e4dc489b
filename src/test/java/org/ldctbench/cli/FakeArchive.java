package org.ldctbench.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okhttp3.Headers;
import okio.Buffer;
import okio.ByteString;
import org.ldctbench.download.TciaService;

/** TCIA's service in memory: one account, some series, faults on demand. */
final class FakeArchive implements AutoCloseable {
  static final String PASSWORD = "s&cret+1";

  /** JSON of getSeriesMetaData and the zip file, by series UID. */
  final Map<String, String> metadata = new LinkedHashMap<>();

  final Map<String, byte[]> zips = new LinkedHashMap<>();

  /** What was asked for, such as {@code getImage 1.2.3}. */
  final List<String> requests = new ArrayList<>();

  /** By number of request, from 1: another status, or 0 for a proper answer. */
  IntFunction<Integer> faults = n -> 0;

  private final MockWebServer server = new MockWebServer();
  private int tokens;

  FakeArchive() throws IOException {
    server.setDispatcher(
        new Dispatcher() {
          @Override
          public MockResponse dispatch(RecordedRequest request) {
            return answer(request);
          }
        });
    server.start();
  }

  TciaService.Addresses addresses() {
    return new TciaService.Addresses(server.url("/token"), server.url("/v2/"));
  }

  /** Tokens given so far stop working. */
  void expireTokens() {
    tokens++;
  }

  void add(String uid, String number, String description, String patient, byte[] zip, int images) {
    metadata.put(
        uid,
        String.format(
            "[{\"Series UID\":\"%s\",\"Subject ID\":\"%s\",\"Study UID\":\"1.2.840.941601\","
                + "\"Study Date\":\"12-23-2021\",\"Series Description\":\"%s\","
                + "\"Series Number\":\"%s\",\"Number of Images\":%d,\"Manufacturer\":\"A, \\\"B\\\"\"}]",
            uid, patient, description, number, images));
    zips.put(uid, zip);
  }

  static byte[] zip(String... namesAndTexts) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (int i = 0; i < namesAndTexts.length; i += 2) {
        zip.putNextEntry(new ZipEntry(namesAndTexts[i]));
        zip.write(namesAndTexts[i + 1].getBytes(StandardCharsets.UTF_8));
      }
    }
    return bytes.toByteArray();
  }

  private synchronized MockResponse answer(RecordedRequest request) {
    List<String> path = request.getUrl().pathSegments();
    String name = path.get(path.size() - 1);
    String uid = request.getUrl().queryParameter("SeriesInstanceUID");
    requests.add(uid == null ? name : name + " " + uid);
    int fault = faults.apply(requests.size());
    if (fault != 0) {
      return text(fault, "sorry");
    }
    if (name.equals("token")) {
      ByteString body = request.getBody();
      boolean known =
          body != null
              && body.utf8()
                  .equals(
                      "client_id=nbia&scope=openid&grant_type=password&username=me&password="
                          + "s%26cret%2B1");
      return known && request.getMethod().equals("POST")
          ? text(200, "{\"access_token\":\"token" + tokens + "\",\"expires_in\":7200}")
          : text(401, "{\"error\":\"invalid_grant\"}");
    }
    if (!("Bearer token" + tokens).equals(request.getHeaders().get("Authorization"))) {
      return text(401, "");
    }
    if (name.equals("getSeriesMetaData")) {
      return text(200, metadata.getOrDefault(uid, "[]"));
    }
    boolean renamed = "Yes".equals(request.getUrl().queryParameter("NewFileNames"));
    return name.equals("getImage") && renamed && zips.containsKey(uid)
        ? new MockResponse.Builder().body(new Buffer().write(zips.get(uid))).build()
        : text(404, "");
  }

  private static MockResponse text(int status, String body) {
    return new MockResponse(status, Headers.of(), body);
  }

  @Override
  public void close() {
    server.close();
  }
}
