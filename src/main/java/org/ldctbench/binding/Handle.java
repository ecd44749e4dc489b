package org.ldctbench.binding;

import java.lang.ref.Cleaner;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import org.bytedeco.javacpp.Pointer;
import org.ldctbench.engine.EngineException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Owns a native object. It is closed by hand; one that was forgotten is freed when the garbage
 * collector finds it, and logged as a leak. Calls and close wait for each other.
 */
final class Handle<P extends Pointer> implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Handle.class);
  private static final Cleaner CLEANER = Cleaner.create();

  private final String name;
  private final Owner<P> owner;
  private final Cleaner.Cleanable cleanable;

  /**
   * @param name for messages, such as {@code trainer}
   * @param pointer address of the native object
   * @param free releases the native object; must not refer to the object that owns this handle
   */
  Handle(String name, P pointer, Consumer<P> free) {
    this.name = name;
    this.owner = new Owner<>(name, pointer, free);
    this.cleanable = CLEANER.register(this, owner);
  }

  /** Calls native code with the object, alone. */
  synchronized <R> R call(Function<P, R> body) {
    P pointer = owner.pointer.get();
    if (pointer == null) {
      throw new EngineException(
          EngineException.Cause.INVALID_ARGUMENT, "the " + name + " has already been closed");
    }
    return body.apply(pointer);
  }

  @Override
  public synchronized void close() {
    owner.closedByHand = true;
    cleanable.clean();
  }

  /** What the cleaner holds on to; it must not reach the handle itself. */
  private static final class Owner<P extends Pointer> implements Runnable {
    private final String name;
    private final AtomicReference<P> pointer;
    private final Consumer<P> free;
    private volatile boolean closedByHand;

    Owner(String name, P pointer, Consumer<P> free) {
      this.name = name;
      this.pointer = new AtomicReference<>(pointer);
      this.free = free;
    }

    @Override
    public void run() {
      P last = pointer.getAndSet(null);
      if (last == null) {
        return;
      }
      if (!closedByHand) {
        LOG.warn("leak: a native {} was never closed", name);
      }
      free.accept(last);
    }
  }
}
