// What a program gets from C's start-up code, and what C alone can say of its streams.
#ifndef CSTART_H
#define CSTART_H

// The arguments as they lie in the memory that `ps` shows; 0 and NULL where the system's start-up code does not tell.
int pkeyd_argument_count(void);
char **pkeyd_arguments(void);

// Hands over what was printed on standard output: 0, or the system's number for why some of it could not be written, now
// or before; -1 where that is not known any more.
int pkeyd_flush_output(void);

// Lets all threads take memory from one place, where the C library would have one for each: what one thread lets go of is of use
// to the next. To be called before there is another thread.
void pkeyd_share_memory(void);

// Gives memory that nobody uses back to the system, where the C library would keep it.
void pkeyd_give_back_memory(void);

// Lets go of the program's and its libraries' instructions and constants, as the system does by itself where memory is short:
// those that are used again come from their files, or from what the system keeps of them, at their next use (madvise(2),
// MADV_DONTNEED).
void pkeyd_let_go_of_program(void);

#endif
