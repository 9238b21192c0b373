/** The firmware's modules, one file each. */
