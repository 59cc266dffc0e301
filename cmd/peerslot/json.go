package main

// The types of the JSON answers. Programs rely on their names; fields may be
// added, never renamed.
