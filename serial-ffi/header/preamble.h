/**
 * @file
 * serialref.h: unique serial references for physical products, issued on a factory line and tracked for life.
 *
 * This file is generated; see CONTRIBUTING.md.
 *
 * RULES THAT HOLD FOR EVERY FUNCTION
 *
 * Results.  A function returns SERIALREF_STATUS_OK, which is 0, or says why it did nothing. What it gives is written
 * where the caller says, and only on success; `needed` sizes and the result of a selftest are the exceptions. A failure
 * changes nothing, but for three: after SERIALREF_STATUS_OUTCOME_UNKNOWN it is not known whether a store carried out
 * the call: repeat it with the request id that is the `subject` of the error, or, where there is none, look first.
 * After SERIALREF_STATUS_PANICKED and SERIALREF_STATUS_STORE_CONTRACT the call may have been carried out too. What a
 * writer was given before an export failed stays written.
 *
 * Errors.  Details of the last call that failed in a thread are kept for that thread until its next failure.
 * serialref_last_error_message() gives the sentence; serialref_take_last_error() gives an object with everything. Who
 * does not ask leaks nothing.
 *
 * Handles.  Pointers to opaque types are handles and no addresses: never look inside. A handle that was freed, freed
 * twice, belongs to another type or was never made is found out: the call returns SERIALREF_STATUS_HANDLE_INVALID. What
 * was made by a function is freed by the function whose name says so, once. Freeing NULL does nothing.
 *
 * Threads.  Every function may be called from any thread, and every handle may be used by any number of threads at the
 * same time. When one thread frees a handle that another is using, the other's call still ends well.
 *
 * Texts.  Texts go in as serialref_text: pointer and length, UTF-8, a NUL at the end not needed. They are copied where
 * they are kept. Texts that come out belong to the handle they came from and end with a NUL. serialref_text_of() makes
 * one of a string of C.
 *
 * Structs.  A struct that begins with `struct_size` can grow in later versions. Set the member to the size of the
 * struct and all others to 0 before a call: serialref_filter filter = SERIALREF_INIT(serialref_filter). In what goes
 * in, 0 and the empty text mean "not given", and a member that is named `reserved` must be 0, or the call returns
 * SERIALREF_STATUS_OPTION_INVALID. In what comes out, as much is written as the caller's struct has room for.
 *
 * NULL.  Every pointer is checked. Where NULL is allowed, the function says so; elsewhere it returns
 * SERIALREF_STATUS_NULL_ARGUMENT. Numbers that stand for constants are checked too.
 *
 * Times.  Moments are microseconds since 1970-01-01 00:00 UTC; 0 is "none".
 *
 * Faults.  Nothing unwinds into the caller and nothing ends the process. Should the library itself fail inside, the
 * call returns SERIALREF_STATUS_PANICKED and the handle that was used refuses everything but being freed. What was
 * acknowledged before stays. Only when the system has no memory left at all the process is ended, by the system's
 * rules.
 *
 * Callbacks.  Functions of yours that the library calls may use the library. They must not leave by longjmp() or by an
 * exception of C++, which cannot be caught by the library and ends the process: catch it and return a number instead.
 *
 * fork().  A child may go on with a store in memory and never issues a code that its parent does. Files and databases
 * are not carried over: calls in the child return SERIALREF_STATUS_STORE_UNAVAILABLE, and it opens a registry of its
 * own. Fork while no other thread is inside a call.
 *
 * Versions.  Numbers of constants are never changed or used again. Before version 1.0 each minor version may change the
 * interface, and the name of the shared library with it.
 */

#ifndef SERIALREF_H
#define SERIALREF_H
