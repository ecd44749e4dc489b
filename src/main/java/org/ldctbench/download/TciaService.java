package org.ldctbench.download;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.zip.ZipException;
import okhttp3.FormBody;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.ResponseBody;
import org.ldctbench.common.ExitCode;
import org.ldctbench.common.UserException;

/**
 * The Cancer Imaging Archive's web service, for one account. Failures that may pass (no connection,
 * 408, 429, 5xx, a damaged zip file) are tried again; a token that ran out is renewed.
 */
public final class TciaService {
  /** Where the service is. */
  public record Addresses(HttpUrl token, HttpUrl base) {
    public static final Addresses PUBLIC =
        new Addresses(
            HttpUrl.get(
                "https://keycloak-stg.dbmi.cloud/auth/realms/TCIA/protocol/openid-connect/token"),
            HttpUrl.get("https://services.cancerimagingarchive.net/nbia-api/services/v2/"));
  }

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long MOST_JSON_BYTES = 4L << 20;

  private final OkHttpClient client =
      new OkHttpClient.Builder()
          .connectTimeout(Duration.ofSeconds(20))
          .readTimeout(Duration.ofMinutes(3))
          .followSslRedirects(false)
          .build();
  private final Addresses addresses;
  private final Retry retry;
  private final String username;
  private final String password;
  private String token = "";

  public TciaService(Addresses addresses, Retry retry, String username, String password) {
    this.addresses = addresses;
    this.retry = retry;
    this.username = username;
    this.password = password;
  }

  /** Uses the body of a successful answer; a ZipException or another IOException means "again". */
  private interface Use<T> {
    T apply(ResponseBody body) throws IOException, SeriesException;
  }

  /**
   * Asks for a token, so that a wrong password shows before anything else.
   *
   * @throws UserException if the service refuses the account or cannot be reached
   */
  void logIn() {
    FormBody form =
        new FormBody.Builder()
            .add("client_id", "nbia")
            .add("scope", "openid")
            .add("grant_type", "password")
            .add("username", username)
            .add("password", password)
            .build();
    Request request = new Request.Builder().url(addresses.token()).post(form).build();
    try {
      token = attempt(request, false, body -> json(body).path("access_token").asText(""));
    } catch (SeriesException e) {
      throw new UserException(ExitCode.DATA, "no token from TCIA: " + e.getMessage(), e);
    }
    if (token.isEmpty() || !token.chars().allMatch(c -> c > ' ' && c < 127)) {
      throw new UserException(ExitCode.DATA, "TCIA's log-in answered without a token; try later");
    }
  }

  /** What the service tells about a series. */
  Series metadata(String uid) throws SeriesException {
    Map<String, String> fields = new LinkedHashMap<>();
    JsonNode first = attempt(get("getSeriesMetaData", uid), true, TciaService::json).path(0);
    for (Map.Entry<String, JsonNode> field : first.properties()) {
      fields.put(field.getKey(), field.getValue().asText(""));
    }
    if (!uid.equals(fields.get(Series.UID))) {
      throw new SeriesException("the service knows no such series");
    }
    return new Series(fields);
  }

  /** Downloads the zip file of a series and unpacks it into a new folder. */
  void images(String uid, Path zip, Path folder) throws SeriesException {
    attempt(
        get("getImage", uid),
        true,
        body -> {
          save(body.byteStream(), zip);
          Folders.delete(folder);
          Folders.create(folder);
          try {
            new SeriesZip(zip).unpackTo(folder);
          } catch (IOException e) {
            throw damaged(e);
          }
          return folder;
        });
  }

  private static ZipException damaged(IOException cause) {
    ZipException damaged = new ZipException(cause.getMessage());
    damaged.initCause(cause);
    return damaged;
  }

  private Request get(String method, String uid) {
    HttpUrl.Builder url = addresses.base().newBuilder().addPathSegment(method);
    if (method.equals("getImage")) {
      url.addQueryParameter("NewFileNames", "Yes");
    }
    return new Request.Builder()
        .url(url.addQueryParameter("SeriesInstanceUID", uid).build())
        .build();
  }

  private <T> T attempt(Request request, boolean withToken, Use<T> use) throws SeriesException {
    boolean renewed = false;
    for (int failures = 1; ; failures++) {
      Request.Builder next = request.newBuilder();
      if (withToken) {
        next.header("Authorization", "Bearer " + token);
      }
      String problem;
      try (Response response = client.newCall(next.build()).execute()) {
        int status = response.code();
        if (status == 401 && withToken && !renewed) {
          renewed = true;
          failures--;
          logIn();
          continue;
        }
        if (response.isSuccessful()) {
          return use.apply(response.body());
        }
        if (!withToken && Set.of(400, 401, 403).contains(status)) {
          throw new UserException(
              ExitCode.USAGE,
              "TCIA refused the log-in (" + status + "); check --username and --password");
        }
        if (status < 500 && status != 408 && status != 429) {
          throw new SeriesException(refusal(status));
        }
        problem = "answered " + status;
      } catch (ZipException e) {
        if (failures >= retry.attempts()) {
          throw new SeriesException("its zip file arrives damaged: " + e.getMessage(), e);
        }
        problem = "";
      } catch (JsonProcessingException e) {
        throw new SeriesException("the service's answer is not JSON", e);
      } catch (IOException e) {
        problem = "cannot be reached (" + e.getMessage() + ")";
      }
      if (failures >= retry.attempts()) {
        throw new UserException(
            ExitCode.DATA,
            request.url().host() + " " + problem + "; run again later, what is there is kept");
      }
      retry.pauseAfter(failures);
    }
  }

  private static String refusal(int status) {
    return status == 401 || status == 403
        ? "this account has no right to it (" + status + "); ask TCIA for access to the collection"
        : "the service answered " + status;
  }

  private static JsonNode json(ResponseBody body) throws IOException, SeriesException {
    try (InputStream in = body.byteStream()) {
      byte[] bytes = in.readNBytes((int) MOST_JSON_BYTES);
      if (bytes.length == MOST_JSON_BYTES) {
        throw new SeriesException("the service's answer is too long");
      }
      return JSON.readTree(bytes);
    }
  }

  private static void save(InputStream in, Path zip) throws IOException {
    byte[] buffer = new byte[1 << 16];
    try (OutputStream out = Folders.open(zip)) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        SeriesZip.write(out, buffer, n, zip);
      }
    }
  }
}
