/* Status text of any bytes: evidence lies inside the text and reads as the code reported, codes and flags are within their
 * ranges and agree, and a relay's field never puts evidence where there is none. */
#include "status.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

static void check(struct str text, const struct status *s)
{
	must(s->enhanced_at.start <= text.len && s->enhanced_at.len <= text.len - s->enhanced_at.start);
	must(s->basic_at.start <= text.len && s->basic_at.len <= text.len - s->basic_at.start);
	if (s->enhanced_at.len) {
		struct ecode c;
		must(ecode_of(str_slice(text, s->enhanced_at.start, s->enhanced_at.len), &c));
		must(ecode_cmp(c, s->enhanced) == 0);
	}
	if (s->basic_at.len) {
		int64_t basic;
		must(str_to_int(str_slice(text, s->basic_at.start, s->basic_at.len), &basic) && basic == s->basic);
	}
	must(s->basic == 0 || (s->basic >= 200 && s->basic <= 999));
	must((unsigned)s->stage < STAGE_COUNT);
	bool both = s->basic && s->enhanced.cls;
	must(!(s->flags & STATUS_CLASS_CONTRADICTS) || (both && s->enhanced.cls != s->basic / 100));
	must(!(s->flags & STATUS_UNREGISTERED) || s->enhanced.cls);
	must(!(s->flags & STATUS_UNKNOWN_BASIC) || s->basic);
	int cls = status_class(s->enhanced, s->basic);
	must(cls == 0 || cls == 4 || cls == 5);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* What stands before the first NUL, if there is one, is the relay's field. */
	struct str all = {(const char *)data, size};
	size_t nul = str_find(all, STR("\0"), 0);
	struct str field = nul == SIZE_MAX ? STR("") : str_slice(all, 0, nul);
	struct str text = nul == SIZE_MAX ? all : str_slice(all, nul + 1, size);
	struct status failed, delivered, pair;

	status_read(text, OUTCOME_FAILED, &failed);
	check(text, &failed);
	/* A success explains no failure; "550 2.1.5" is a contradiction, which is flagged. */
	must(failed.basic == 0 || failed.basic >= 400);
	must(failed.enhanced.cls != 2 || failed.flags & STATUS_CLASS_CONTRADICTS);
	must((failed.enhanced.cls != 0) == (failed.enhanced_at.len != 0));
	must((failed.basic != 0) == (failed.basic_at.len == 3));

	status_read(text, OUTCOME_DELIVERED, &delivered);
	check(text, &delivered);

	status_read_pair(field, text, OUTCOME_FAILED, &pair);
	check(text, &pair);
	must(pair.dropped == failed.dropped);
	must(!failed.basic || pair.basic == failed.basic);
	must(!failed.enhanced.cls || pair.enhanced.cls);
	return 0;
}
