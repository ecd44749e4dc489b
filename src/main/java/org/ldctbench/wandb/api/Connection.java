package org.ldctbench.wandb.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import okhttp3.Call;
import okhttp3.HttpUrl;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.ldctbench.wandb.log.JsonValues;
import org.ldctbench.wandb.settings.WandbSettings;

/**
 * Requests to one W&B server, repeated while a failure may pass. Thread-safe; {@link #cancel} ends
 * all of them.
 */
public final class Connection {
  private static final MediaType JSON = MediaType.get("application/json");
  private static final MediaType BYTES = MediaType.get("application/octet-stream");
  private static final Duration STREAM_LIMIT = Duration.ofMinutes(3);
  private static final Set<Integer> FINAL_REFUSALS =
      Set.of(400, 401, 403, 404, 409, 410, 413, 422, 501);

  private final OkHttpClient client;
  private final HttpUrl base;
  private final String authorization;
  private final Duration queryTimeout;
  private final Backoff backoff;
  private final Pauses pauses;
  private volatile long lastSuccess = System.nanoTime();

  /** Which answers are worth another attempt. */
  private enum Patience {
    /** All but the final refusals. */
    USUAL,
    /** Also 409, which passes when the server made up its mind. */
    CONFLICTS_PASS,
    /** Uploads: only what the storage itself calls temporary. */
    STORAGE
  }

  private Connection(Connection other, Backoff backoff) {
    this.client = other.client;
    this.base = other.base;
    this.authorization = other.authorization;
    this.queryTimeout = other.queryTimeout;
    this.pauses = other.pauses;
    this.backoff = backoff;
  }

  /** The same connection for what must not be repeated blindly: one attempt. */
  Connection once() {
    return new Connection(this, new Backoff(1, backoff.firstWait()));
  }

  Backoff backoff() {
    return backoff;
  }

  public Connection(WandbSettings settings, Backoff backoff) {
    this.client =
        EnvironmentProxies.use(settings.proxies(), new OkHttpClient.Builder())
            .connectTimeout(Duration.ofSeconds(20))
            .readTimeout(STREAM_LIMIT)
            .writeTimeout(Duration.ofMinutes(1))
            .build();
    this.base = HttpUrl.get(settings.baseUrl());
    this.authorization = settings.requireKey().authorization();
    this.queryTimeout = settings.queryTimeout();
    this.pauses = new Pauses();
    this.backoff = backoff;
  }

  /**
   * Runs a GraphQL operation.
   *
   * @return the {@code data} of the answer
   */
  public JsonNode graphql(String operation, String query, Map<String, ?> variables)
      throws ServerException {
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("query", query);
    body.put("variables", variables);
    body.put("operationName", operation);
    Request request =
        new Request.Builder()
            .url(base.newBuilder().addPathSegment("graphql").build())
            .header("Authorization", authorization)
            .post(RequestBody.create(JsonValues.write(body), JSON))
            .build();
    Patience patience = operation.equals("UpsertBucket") ? Patience.CONFLICTS_PASS : Patience.USUAL;
    JsonNode answer = send(request, queryTimeout, patience, operation);
    if (answer.path("errors").size() > 0) {
      throw new ServerException(
          200, operation + " was refused: " + message(answer.get("errors").get(0)));
    }
    return answer.path("data");
  }

  /** Sends one request of a run's file stream. */
  public JsonNode stream(String entity, String project, String runId, Object body)
      throws ServerException {
    HttpUrl url =
        base.newBuilder()
            .addPathSegment("files")
            .addPathSegment(entity)
            .addPathSegment(project)
            .addPathSegment(runId)
            .addPathSegment("file_stream")
            .build();
    Request request =
        new Request.Builder()
            .url(url)
            .header("Authorization", authorization)
            .post(RequestBody.create(JsonValues.write(body), JSON))
            .build();
    return send(request, STREAM_LIMIT, Patience.USUAL, "the run's stream");
  }

  /** Uploads a file where the server said, without credentials. */
  public void upload(String url, List<String> headers, Path file) throws ServerException {
    HttpUrl target = base.resolve(url);
    if (target == null) {
      throw new ServerException(0, "upload of " + file.getFileName() + ": bad address");
    }
    Request.Builder request =
        new Request.Builder().url(target).put(RequestBody.create(file.toFile(), BYTES));
    for (String header : headers) {
      int colon = header.indexOf(':');
      if (colon > 0) {
        request.header(header.substring(0, colon).strip(), header.substring(colon + 1).strip());
      }
    }
    send(request.build(), Duration.ZERO, Patience.STORAGE, "upload of " + file.getFileName());
  }

  /** Ends all requests and waits, now and later; each throws. */
  public void cancel() {
    pauses.cancel();
    client.dispatcher().cancelAll();
  }

  /** Ends the waits before another attempt: a person waits now. Those after it begin anew. */
  public void retryNow() {
    pauses.skip();
  }

  /** When the server last took something, by {@link System#nanoTime}; at first the beginning. */
  public long lastSuccess() {
    return lastSuccess;
  }

  private JsonNode send(Request request, Duration limit, Patience patience, String what)
      throws ServerException {
    int inARow = 0;
    for (int failures = 1; ; failures++) {
      boolean mayBeSkipped = true;
      Duration wait = backoff.waitAfter(++inARow);
      if (pauses.cancelled()) {
        throw new ServerException(0, what + " was given up");
      }
      Call call = client.newCall(request);
      call.timeout().timeout(limit.toMillis(), TimeUnit.MILLISECONDS);
      try (Response response = call.execute()) {
        String text = response.body().string();
        if (response.isSuccessful()) {
          lastSuccess = System.nanoTime();
          return parse(text);
        }
        if (!passes(response.code(), patience) || failures >= backoff.attempts()) {
          throw new ServerException(response.code(), refusal(what, response.code(), text));
        }
        OptionalInt seconds = retryAfter(response);
        if (seconds.isPresent()) {
          wait = Duration.ofSeconds(seconds.getAsInt());
          mayBeSkipped = false;
        }
      } catch (IOException e) {
        if (failures >= backoff.attempts()) {
          throw new ServerException(
              what + ": " + base.host() + " cannot be reached (" + e + ")", e);
        }
      }
      if (pauses.pause(wait, mayBeSkipped)) {
        inARow = 0;
      }
    }
  }

  void pause(Duration wait) throws ServerException {
    pauses.pause(wait, true);
  }

  private static boolean passes(int status, Patience patience) {
    return switch (patience) {
      case USUAL -> !FINAL_REFUSALS.contains(status);
      case CONFLICTS_PASS -> status == 409 || !FINAL_REFUSALS.contains(status);
      case STORAGE -> status == 429 || status >= 500;
    };
  }

  private String refusal(String what, int status, String text) {
    String reason =
        switch (status) {
          case 401 -> "the API key is not valid for " + base.host();
          case 403 -> "no permission; check the entity and the API key";
          case 404 -> "not found; check entity, project and id";
          default -> "the server answered " + status;
        };
    JsonNode errors = parse(text).path("errors");
    String detail = errors.size() > 0 ? " (" + message(errors.get(0)) + ")" : "";
    return what + ": " + reason + detail;
  }

  private static String message(JsonNode error) {
    String text = error.path("message").asText("no reason given").replaceAll("\\s+", " ");
    return text.length() > 300 ? text.substring(0, 300) + "..." : text;
  }

  private static JsonNode parse(String text) {
    try {
      return JsonValues.read(text);
    } catch (JsonProcessingException e) {
      return JsonNodeFactory.instance.missingNode(); // Uploads are answered by anything.
    }
  }

  private static OptionalInt retryAfter(Response response) {
    String value = response.header("Retry-After", "");
    return value != null && value.matches("\\d{1,4}")
        ? OptionalInt.of(Integer.parseInt(value))
        : OptionalInt.empty();
  }
}
