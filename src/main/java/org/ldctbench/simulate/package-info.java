/**
 * Makes low-dose CT data sets where no licensed one is at hand: built-in phantoms or full-dose
 * slices, the noise of a lower dose by physics, files in the layout of the LDCT collection.
 */
package org.ldctbench.simulate;
