package org.ldctbench.checkpoint;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads the pickles of checkpoints and nothing else: plain values and four named classes, of which
 * none is ever called. Source: Python's pickletools and PyTorch's serialisation format.
 */
final class PickleReader {
  /** A class or function that a pickle names. */
  record Global(String name) {}

  /** What the pickle says about a storage kept outside it. */
  record Persistent(List<Object> id) {}

  /** A global that was called. */
  record Call(Global function, List<Object> arguments) {}

  /** An argparse.Namespace. */
  record Namespace(Map<Object, Object> values) {}

  /** Malformed, or outside what is allowed; the message says what. */
  static final class PickleException extends Exception {
    private static final long serialVersionUID = 1L;

    PickleException(String message) {
      super(message);
    }
  }

  private static final String NAMESPACE = "argparse.Namespace";
  private static final String ORDERED_DICT = "collections.OrderedDict";
  static final String FLOAT_STORAGE = "torch.FloatStorage";
  static final String REBUILD_TENSOR = "torch._utils._rebuild_tensor_v2";
  private static final Set<String> ALLOWED =
      Set.of(NAMESPACE, ORDERED_DICT, FLOAT_STORAGE, REBUILD_TENSOR);
  private static final Object MARK = new Object();

  private final ByteBuffer in;
  private final List<Object> stack = new ArrayList<>();
  private final Map<Long, Object> memo = new HashMap<>();

  private PickleReader(byte[] bytes) {
    in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  static Object read(byte[] bytes) throws PickleException {
    try {
      return new PickleReader(bytes).run();
    } catch (java.nio.BufferUnderflowException e) {
      throw new PickleException("ends early");
    } catch (ClassCastException e) {
      throw new PickleException("an operation does not fit its operands");
    }
  }

  private Object run() throws PickleException {
    while (true) {
      int code = in.get() & 0xFF;
      if (code == '.') {
        return pop();
      }
      if (!scalar(code) && !container(code)) {
        object(code);
      }
    }
  }

  private boolean scalar(int code) throws PickleException {
    switch (code) {
      case 0x80 -> in.get();
      case 'N' -> stack.add(null);
      case 0x88 -> stack.add(true);
      case 0x89 -> stack.add(false);
      case 'K' -> stack.add((long) (in.get() & 0xFF));
      case 'M' -> stack.add((long) (in.getShort() & 0xFFFF));
      case 'J' -> stack.add((long) in.getInt());
      case 0x8a -> stack.add(longNumber());
      case 'G' -> stack.add(Double.longBitsToDouble(Long.reverseBytes(in.getLong())));
      case 'X' -> stack.add(new String(bytes(in.getInt()), StandardCharsets.UTF_8));
      default -> {
        return false;
      }
    }
    return true;
  }

  private boolean container(int code) throws PickleException {
    switch (code) {
      case '(' -> stack.add(MARK);
      case '}' -> stack.add(new LinkedHashMap<>());
      case ']' -> stack.add(new ArrayList<>());
      case ')' -> stack.add(List.of());
      case 0x85 -> stack.add(tuple(1));
      case 0x86 -> stack.add(tuple(2));
      case 0x87 -> stack.add(tuple(3));
      case 't' -> stack.add(Collections.unmodifiableList(sinceMark()));
      case 'e' -> addAll(sinceMark());
      case 'a' -> addAll(tuple(1));
      case 'u' -> putAll(sinceMark());
      case 's' -> putAll(tuple(2));
      case 'q' -> memo.put((long) (in.get() & 0xFF), top());
      case 'r' -> memo.put(in.getInt() & 0xFFFFFFFFL, top());
      case 'h' -> recall(in.get() & 0xFF);
      case 'j' -> recall(in.getInt() & 0xFFFFFFFFL);
      default -> {
        return false;
      }
    }
    return true;
  }

  private void object(int code) throws PickleException {
    switch (code) {
      case 'c' -> global(line() + "." + line());
      case 'Q' -> stack.add(new Persistent(list(pop())));
      case 'R', 0x81 -> {
        List<Object> arguments = list(pop());
        call((Global) pop(), arguments);
      }
      case 'b' -> build();
      default ->
          throw new PickleException("operation 0x" + Integer.toHexString(code) + " is not allowed");
    }
  }

  private void global(String name) throws PickleException {
    if (!ALLOWED.contains(name)) {
      throw new PickleException("'" + name + "' is not allowed");
    }
    stack.add(new Global(name));
  }

  private void call(Global function, List<Object> arguments) throws PickleException {
    boolean empty = arguments.isEmpty();
    switch (function.name()) {
      case ORDERED_DICT -> stack.add(new LinkedHashMap<>());
      case NAMESPACE -> stack.add(new Namespace(new LinkedHashMap<>()));
      case REBUILD_TENSOR -> {
        stack.add(new Call(function, arguments));
        empty = true;
      }
      default -> throw new PickleException("'" + function.name() + "' is not callable");
    }
    if (!empty) {
      throw new PickleException("'" + function.name() + "' with arguments is not allowed");
    }
  }

  /** Sets attributes: a Namespace's are kept, an OrderedDict's (its version notes) are not. */
  private void build() throws PickleException {
    Map<Object, Object> attributes = map(pop());
    Object target = top();
    if (target instanceof Namespace namespace) {
      namespace.values().putAll(attributes);
    } else {
      map(target);
    }
  }

  private void addAll(List<Object> items) throws PickleException {
    if (!(top() instanceof ArrayList<?>)) {
      throw new PickleException("items without a list");
    }
    list(top()).addAll(items);
  }

  private void putAll(List<Object> items) throws PickleException {
    Map<Object, Object> map = map(top());
    if (items.size() % 2 != 0) {
      throw new PickleException("a key without a value");
    }
    for (int i = 0; i < items.size(); i += 2) {
      map.put((String) items.get(i), items.get(i + 1));
    }
  }

  private List<Object> sinceMark() throws PickleException {
    int mark = stack.lastIndexOf(MARK);
    if (mark < 0) {
      throw new PickleException("an end without a start");
    }
    List<Object> tail = stack.subList(mark, stack.size());
    List<Object> items = new ArrayList<>(tail.subList(1, tail.size()));
    tail.clear();
    return items;
  }

  private List<Object> tuple(int count) throws PickleException {
    List<Object> items = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      items.add(0, pop());
    }
    return items;
  }

  private void recall(long index) throws PickleException {
    if (!memo.containsKey(index)) {
      throw new PickleException("refers to what it does not hold");
    }
    stack.add(memo.get(index));
  }

  private Long longNumber() throws PickleException {
    byte[] digits = bytes(in.get() & 0xFF);
    if (digits.length == 0) {
      return 0L;
    }
    byte[] bigEndian = new byte[digits.length];
    for (int i = 0; i < digits.length; i++) {
      bigEndian[i] = digits[digits.length - 1 - i];
    }
    try {
      return new BigInteger(bigEndian).longValueExact();
    } catch (ArithmeticException e) {
      throw new PickleException("a whole number is too large");
    }
  }

  private byte[] bytes(int count) throws PickleException {
    if (count < 0 || count > in.remaining()) {
      throw new PickleException("ends early");
    }
    byte[] bytes = new byte[count];
    in.get(bytes);
    return bytes;
  }

  private String line() {
    StringBuilder text = new StringBuilder();
    for (int c = in.get(); c != '\n'; c = in.get()) {
      text.append((char) c);
    }
    return text.toString();
  }

  private Object pop() throws PickleException {
    Object item = top();
    stack.remove(stack.size() - 1);
    return item;
  }

  private Object top() throws PickleException {
    if (stack.isEmpty() || stack.get(stack.size() - 1) == MARK) {
      throw new PickleException("takes a value that is not there");
    }
    return stack.get(stack.size() - 1);
  }

  @SuppressWarnings("unchecked") // only this class makes them
  private static List<Object> list(Object value) {
    return (List<Object>) value;
  }

  @SuppressWarnings("unchecked") // only this class makes them
  private static Map<Object, Object> map(Object value) {
    return (Map<Object, Object>) value;
  }
}
