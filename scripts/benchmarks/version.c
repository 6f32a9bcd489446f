// A C program that prints one line.
#include <stdio.h>

int main(void) { puts("0.1.0"); }
