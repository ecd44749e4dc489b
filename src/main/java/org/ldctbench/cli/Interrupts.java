package org.ldctbench.cli;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;

/**
 * Counts how often the user asked to end, while it is open; the process goes on. Ctrl-C counts
 * once, SIGTERM twice.
 */
final class Interrupts implements IntSupplier, AutoCloseable {
  private static final String PACKAGE = "sun.misc.";

  private final AtomicInteger count = new AtomicInteger();
  private final Map<Object, Object> previous = new LinkedHashMap<>();

  Interrupts() {
    handle("INT", 1);
    handle("TERM", 2);
  }

  @Override
  public int getAsInt() {
    return count.get();
  }

  /** The platform has no public way to hear a signal twice, so this one is looked up by name. */
  private void handle(String signal, int weight) {
    try {
      Class<?> handler = Class.forName(PACKAGE + "SignalHandler");
      InvocationHandler add =
          (proxy, method, arguments) ->
              switch (method.getName()) {
                case "handle" -> {
                  count.addAndGet(weight);
                  yield null;
                }
                case "equals" -> proxy == arguments[0];
                case "hashCode" -> System.identityHashCode(proxy);
                default -> "counts " + signal;
              };
      Object ours =
          Proxy.newProxyInstance(Interrupts.class.getClassLoader(), new Class<?>[] {handler}, add);
      Object name =
          Class.forName(PACKAGE + "Signal").getConstructor(String.class).newInstance(signal);
      previous.put(name, install(name, ours));
    } catch (ReflectiveOperationException | IllegalArgumentException e) {
      return; // Without it the first signal ends the process, its children with it.
    }
  }

  private static Object install(Object signal, Object handler) throws ReflectiveOperationException {
    return signal
        .getClass()
        .getMethod("handle", signal.getClass(), Class.forName(PACKAGE + "SignalHandler"))
        .invoke(null, signal, handler);
  }

  @Override
  public void close() {
    previous.forEach(
        (signal, handler) -> {
          try {
            install(signal, handler);
          } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
          }
        });
  }
}
