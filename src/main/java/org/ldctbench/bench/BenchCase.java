package org.ldctbench.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import org.ldctbench.engine.Precision;

/** One line of a benchmark: what, how large, how precise. */
public record BenchCase(BenchKind kind, Precision precision, Shape shape) {
  /**
   * The same for a peer, which finds the numbers in {@code data}.
   *
   * @param device cpu or cuda
   */
  ObjectNode request(Path data, int threads, String device) {
    ObjectNode request = JsonNodeFactory.instance.objectNode();
    request.put("do", "open");
    request.put("bench", kind.label());
    request.put("precision", precision.label());
    request.put("data", data.toString());
    request.put("threads", threads);
    request.put("device", device);
    return request;
  }
}
