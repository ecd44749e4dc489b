package org.ldctbench.simulate;

/** The body of one made-up patient. */
interface Phantom {
  /** Side of the square field of view in millimetres. */
  double fieldOfView();

  /** Draws the slice at the canvas's height. */
  void draw(Canvas canvas);
}
