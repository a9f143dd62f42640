/* codes_words.h - a response's words by themselves: folded to be compared, and what they tell against its codes.
 *
 * Layer 1. For codes.c only. No state; any thread.
 */
#ifndef CODES_WORDS_H
#define CODES_WORDS_H

#include "codes.h"

/* A response is read by its beginning: whoever wrote it may have written megabytes. */
enum { CODES_WORDS_MAX = 4096 };

/* The response as one line: white space is one blank, and the codes that each line of a reply repeats, as in
 * "550-5.4.1 … 550 5.4.1 …", are said once. Lies in `out`. */
struct str codes_words_fold(struct str response, char out[CODES_WORDS_MAX]);

/* What the words of a folded response say where the codes say something else; NULL: nothing certain, or it fits. */
const struct code_words *codes_words_against(struct ecode enhanced, int basic, struct str folded);

#endif
