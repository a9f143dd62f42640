#include "store_sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
	BUSY_SOON = 20, /* so many looks a millisecond apart: most others write no longer than that. Then */
	BUSY_STEP_MS = 5,
	BUSY_READ_MS = 2000,   /* how long to wait for another program that writes */
	BUSY_WRITE_MS = 30000, /* how long to wait for others when writing */
	POLL_OPS = 1000,       /* SQLite's steps between two polls of is_stale */
	HEAP_MAX = 512 << 20,
};

/* ---- errors ---- */

/* What to say after the file's name. A %s stands for the name again. */
static const struct {
	int code; /* extended, or primary */
	const char *text;
} failures[] = {
	{SQLITE_BUSY, "is being written by another program; try again in a moment"},
	{SQLITE_LOCKED, "is being written by another program; try again in a moment"},
	{SQLITE_NOTADB,
	 "is not a database; mail logs and CSV files come into one with: deadletter import %s --into outbox.db"},
	{SQLITE_CORRUPT, "is damaged; save what can be read with: sqlite3 %s .recover | sqlite3 saved.db"},
	{SQLITE_READONLY_ROLLBACK,
	 "was left in the middle of a write, and %s-journal holds what it was before; let the program"
	 " that writes it open it once (if that was an import, repeat it)"},
	{SQLITE_READONLY_RECOVERY,
	 "has changes in %s-wal that only its owner may take in; let the program that writes it open"
	 " it once, or ask for a copy"},
	{SQLITE_READONLY_CANTINIT,
	 "has changes in %s-wal that only its owner may take in; let the program that writes it open"
	 " it once, or ask for a copy"},
	{SQLITE_READONLY_CANTLOCK, "cannot be locked for reading: its -shm file is not readable for you"},
	{SQLITE_READONLY_DIRECTORY, "cannot be written: its folder does not let you create files beside it"},
	{SQLITE_READONLY_DBMOVED, "was moved or deleted while it was open"},
	{SQLITE_READONLY, "cannot be written: it is read-only for you"},
	{SQLITE_CANTOPEN_ISDIR, "is a folder, not a database"},
	{SQLITE_CANTOPEN, "cannot be opened; check that you may read it and search its folder"},
	{SQLITE_PERM, "cannot be opened: no permission"},
	{SQLITE_TOOBIG, "holds a field that is too long to be read"},
	{SQLITE_FULL, "cannot be written: the disk is full"},
	{SQLITE_NOMEM, "needs more memory than deadletter allows itself"},
	{SQLITE_IOERR, "cannot be read or written: the system reports an input/output error"},
};

static const char *failure_text(int code)
{
	for (size_t i = 0; i < COUNT_OF(failures); i++)
		if (failures[i].code == code)
			return failures[i].text;
	return NULL;
}

/* Errors that are the reason for sure; others may have come later, while SQLite tidied up. 0: none of them. */
static int reason_of(int errnum)
{
	static const int reasons[] = {EIO, ENXIO, EFBIG, EDQUOT, ENOSPC, EROFS, ESTALE, EMFILE, ENFILE};
	for (size_t i = 0; i < COUNT_OF(reasons); i++)
		if (reasons[i] == errnum)
			return errnum;
	return 0;
}

/* Why the system refused. SQLite calls a database damaged, too, that the system could not read. */
static int system_errno(struct store *st, int rc)
{
	int errnum = 0;
	bool damaged = (rc & 0xff) == SQLITE_CORRUPT;
	if (st->db && (rc & 0xff) == SQLITE_CANTOPEN) /* it, or its journal */
		return reason_of(sqlite3_system_errno(st->db));
	if (!st->db || (!damaged && (rc & 0xff) != SQLITE_IOERR))
		return 0;
	sqlite3_file_control(st->db, "main", SQLITE_FCNTL_LAST_ERRNO, &errnum);
	if (damaged)
		return errnum == EIO || errnum == ENXIO ? errnum : 0;
	return reason_of(errnum) ? errnum : reason_of(sqlite3_system_errno(st->db)); /* that is of its journal, too */
}

bool store_fail(struct store *st, int rc, struct err *e)
{
	int errnum = system_errno(st, rc);
	bool stale = st->was_stale;
	st->was_stale = false;
	st->too_big = rc == SQLITE_TOOBIG;
	if (stale && ((rc & 0xff) == SQLITE_INTERRUPT || (rc & 0xff) == SQLITE_BUSY))
		return err_set(e, ERR_STALE, "a newer question came");
	if (errnum)
		return err_sys(e, errnum, "%s cannot be read or written", st->path);
	const char *text = failure_text(rc);
	if (!text)
		text = failure_text(rc & 0xff);
	if (!text)
		return err_set(e, (rc & 0xff) == SQLITE_CONSTRAINT ? ERR_INPUT : ERR_IO, "%s: %s", st->path,
			       st->db ? sqlite3_errmsg(st->db) : sqlite3_errstr(rc));
	const char *again = strstr(text, "%s");
	if (!again)
		return err_set(e, ERR_IO, "%s %s", st->path, text);
	return err_set(e, ERR_IO, "%s %.*s%s%s", st->path, (int)(again - text), text, st->path, again + 2);
}

/* ---- never in the way of others ---- */

static bool is_of_another_user(const char *path)
{
	struct stat s;
	return geteuid() != 0 && stat(path, &s) == 0 && s.st_uid != geteuid();
}

/* In place of open(2) for all of SQLite: -wal and -shm files are never created beside a database of another
 * user. Its owner could not write them, and so not the database. Root is fine: SQLite hands what root creates
 * to the owner. */
static int open_no_sidecar(const char *path, int flags, int mode)
{
	size_t n = strlen(path);
	char base[4096];
	if ((flags & O_CREAT) && n > 4 && n < sizeof base &&
	    (strcmp(path + n - 4, "-wal") == 0 || strcmp(path + n - 4, "-shm") == 0)) {
		memcpy(base, path, n - 4);
		base[n - 4] = '\0';
		if (is_of_another_user(base))
			flags &= ~O_CREAT;
	}
	return open(path, flags, mode);
}

static void install_open(void)
{
	sqlite3_initialize();
	sqlite3_mutex *m = sqlite3_mutex_alloc(SQLITE_MUTEX_STATIC_APP1);
	sqlite3_mutex_enter(m);
	sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
	if (vfs && vfs->iVersion >= 3 && vfs->xGetSystemCall(vfs, "open") != (sqlite3_syscall_ptr)open_no_sidecar)
		vfs->xSetSystemCall(vfs, "open", (sqlite3_syscall_ptr)open_no_sidecar);
	sqlite3_mutex_leave(m);
	sqlite3_hard_heap_limit64(HEAP_MAX);
}

static bool sidecar_is_full(const char *path, const char *suffix)
{
	char *name = sqlite3_mprintf("%s%s", path, suffix);
	struct stat s;
	bool full = name && stat(name, &s) == 0 && s.st_size > 0;
	sqlite3_free(name);
	return full;
}

static bool check_unchanged(struct store *st, struct err *e)
{
	struct stat now;
	const struct stat *then = &st->as_opened;
	if (!st->snapshot)
		return true;
	if (stat(st->path, &now) == 0 && now.st_ino == then->st_ino && now.st_dev == then->st_dev &&
	    now.st_size == then->st_size && now.st_mtim.tv_sec == then->st_mtim.tv_sec &&
	    now.st_mtim.tv_nsec == then->st_mtim.tv_nsec && !sidecar_is_full(st->path, "-wal") &&
	    !sidecar_is_full(st->path, "-journal"))
		return true;
	return err_set(e, ERR_IO, "%s was changed by its owner, and only a snapshot of it was open; open it again",
		       st->path);
}

/* ---- transactions for reading, staleness ---- */

bool store_read_begin(struct store *st, struct err *e)
{
	st->was_stale = st->too_big = false;
	if (!sqlite3_get_autocommit(st->db)) /* within store_begin and store_commit */
		return true;
	if (!check_unchanged(st, e) || !store_exec(st, "BEGIN", e))
		return false;
	st->reading = true;
	return true;
}

bool store_read_end(struct store *st, bool ok, struct err *e)
{
	if (!st->reading || st->held)
		return ok;
	st->reading = false;
	shares_let_go(st);
	sqlite3_exec(st->db, "ROLLBACK", NULL, NULL, NULL); /* nothing was written; never fails for want of a lock */
	struct err changed = {0};
	if (!check_unchanged(st, &changed)) {
		*e = changed; /* it explains whatever else went wrong */
		return false;
	}
	return ok;
}

bool store_again(struct store *st, struct err *e)
{
	if (!st->too_big || st->careful)
		return false;
	st->too_big = false;
	st->careful = true;
	*e = (struct err){0};
	return true;
}

static int on_progress(void *ctx)
{
	struct store *st = ctx;
	if (st->is_stale && st->is_stale(st->stale_ctx))
		st->was_stale = true;
	if (st->patience > 0 && --st->patience == 0)
		st->gave_up = true;
	return st->was_stale || st->gave_up;
}

static int on_busy(void *ctx, int tries)
{
	struct store *st = ctx;
	int waited_ms = tries < BUSY_SOON ? tries : BUSY_SOON + (tries - BUSY_SOON) * BUSY_STEP_MS;
	if (st->impatient || on_progress(st) || waited_ms > (st->writable ? BUSY_WRITE_MS : BUSY_READ_MS))
		return 0;
	sqlite3_sleep(tries < BUSY_SOON ? 1 : BUSY_STEP_MS);
	return 1;
}

void store_set_stale(struct store *st, bool (*is_stale)(void *ctx), void *ctx)
{
	st->is_stale = is_stale;
	st->stale_ctx = ctx;
	st->was_stale = false;
}

/* ---- what kind of file is it? ---- */

static bool check_file(const char *path, bool *missing, struct err *e)
{
	struct stat s;
	*missing = false;
	if (stat(path, &s) < 0) {
		*missing = errno == ENOENT;
		return *missing || err_sys(e, errno, "%s cannot be opened", path);
	}
	if (S_ISDIR(s.st_mode))
		return err_set(e, ERR_IO,
			       "%s is a folder, not a database; mail logs in it come into one with:"
			       " deadletter import %s --into outbox.db",
			       path, path);
	if (!S_ISREG(s.st_mode))
		return err_set(e, ERR_IO, "%s is not a regular file; a database must be one", path);
	return true;
}

/* The file's header says that it is written through a write-ahead log. Read through SQLite's own descriptor: to close
 * another one would drop the locks that this process holds on the file. */
static bool header_says_wal(struct store *st)
{
	sqlite3_file *f = NULL;
	unsigned char version[2] = {0};
	return sqlite3_file_control(st->db, "main", SQLITE_FCNTL_FILE_POINTER, &f) == SQLITE_OK && f && f->pMethods &&
	       f->pMethods->xRead(f, version, sizeof version, 18) == SQLITE_OK && version[1] == 2;
}

/* ---- opening ---- */

static bool config_off(sqlite3 *db, int what)
{
	return sqlite3_db_config(db, what, 0, NULL) == SQLITE_OK;
}

static void harden(struct store *st)
{
	sqlite3 *db = st->db;
	sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	config_off(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA);
	config_off(db, SQLITE_DBCONFIG_ENABLE_VIEW);
	config_off(db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION);
	config_off(db, SQLITE_DBCONFIG_DQS_DML);
	config_off(db, SQLITE_DBCONFIG_DQS_DDL);
	sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 0);
	config_off(db, SQLITE_DBCONFIG_ENABLE_TRIGGER); /* store_sqlite_tally.c does their work */
	if (!st->writable)
		sqlite3_limit(db, SQLITE_LIMIT_LENGTH, FIELD_MAX);
}

/* Opens st->path; whether it can be read shows at the first look into it. */
static bool open_file(struct store *st, bool create, struct err *e)
{
	int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_READONLY;
	char *name = NULL;
	if (st->writable)
		flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_READWRITE | (create ? SQLITE_OPEN_CREATE : 0);
	if (st->snapshot) {
		struct buf uri = {0};
		buf_add(&uri, st->path[0] == '/' ? STR("file://") : STR("file:"));
		for (const char *p = st->path; *p; p++) {
			if (strchr("?#%", *p))
				buf_printf(&uri, "%%%02X", (unsigned)*p);
			else
				buf_addc(&uri, *p);
		}
		buf_add(&uri, STR("?immutable=1"));
		name = uri.p;
		flags |= SQLITE_OPEN_URI;
	}
	int rc = sqlite3_open_v2(name ? name : st->path, &st->db, flags, NULL);
	free(name);
	if (!st->db)
		die("out of memory");
	sqlite3_extended_result_codes(st->db, 1);
	if (rc != SQLITE_OK)
		return store_fail(st, sqlite3_extended_errcode(st->db), e);
	harden(st);
	sqlite3_busy_handler(st->db, on_busy, st);
	sqlite3_progress_handler(st->db, POLL_OPS, on_progress, st);
	return store_add_functions(st, e) && store_exec(st, "PRAGMA cell_size_check = on; PRAGMA mmap_size = 0", e) &&
	       store_exec(st,
			  st->writable ? CACHE_WRITING "; PRAGMA secure_delete = off"
				       : "PRAGMA query_only = on; PRAGMA cache_size = -2000",
			  e);
}

static struct store *new_store(const char *path, bool writable)
{
	struct store *st = calloc(1, sizeof *st);
	if (!st)
		die("out of memory");
	/* So that SQLite takes it neither for a URI nor for one of its special names. */
	bool special = path[0] == ':' || strncmp(path, "file:", 5) == 0;
	if (asprintf(&st->path, "%s%s", special ? "./" : "", path) < 0)
		die("out of memory");
	st->writable = writable;
	install_open();
	return st;
}

static void close_db(struct store *st)
{
	store_forget_stmts(st);
	sqlite3_close(st->db);
	st->db = NULL;
}

void store_close(struct store *st)
{
	if (!st)
		return;
	bulk_forget(st);
	shares_close(st);
	close_db(st);
	tally_free(&st->tally);
	found_free(&st->found);
	known_tally_free(&st->known_tally);
	free(st->path);
	free(st);
}

struct store *store_open_checked(const char *path, store_check_fn *check, bool (*is_stale)(void *ctx), void *stale_ctx,
				 struct err *e)
{
	bool missing;
	if (!check_file(path, &missing, e))
		return NULL;
	if (missing) {
		err_set(e, ERR_IO, "there is no file %s; make one with: deadletter import SOURCE --into %s", path,
			path);
		return NULL;
	}
	if (access(path, R_OK) < 0) {
		err_sys(e, errno, "%s cannot be read", path);
		return NULL;
	}
	struct store *st = new_store(path, false);
	struct err first = {0};
	store_set_stale(st, is_stale, stale_ctx);
	if (stat(st->path, &st->as_opened) == 0 && open_file(st, false, &first) && check(st, &first))
		return st;
	int rc = st->db ? sqlite3_errcode(st->db) & 0xff : SQLITE_OK;
	if ((rc == SQLITE_CANTOPEN || rc == SQLITE_READONLY) && header_says_wal(st)) {
		/* Its -wal and -shm are not there, or not for us; see open_no_sidecar(). */
		bool left_behind = sidecar_is_full(st->path, "-wal") || sidecar_is_full(st->path, "-journal");
		close_db(st);
		st->snapshot = !left_behind;
		first = (struct err){0};
		if (left_behind)
			store_fail(st, SQLITE_READONLY_RECOVERY, &first);
		else if (open_file(st, false, &first) && check(st, &first) && check_unchanged(st, &first))
			return st;
	}
	if (e->kind == ERR_NONE)
		*e = first;
	store_close(st);
	return NULL;
}

struct store *store_open(const char *path, struct err *e)
{
	return store_open_unless(path, NULL, NULL, e);
}

struct store *store_open_unless(const char *path, bool (*is_stale)(void *ctx), void *ctx, struct err *e)
{
	return store_open_checked(path, schema_check, is_stale, ctx, e);
}

/* Where open_no_sidecar() is the reason, says so in place of what SQLite makes of it. */
static void explain_no_sidecar(struct store *st, struct err *e)
{
	if ((sqlite3_errcode(st->db) & 0xff) != SQLITE_CANTOPEN || !is_of_another_user(st->path) ||
	    !header_says_wal(st))
		return;
	*e = (struct err){0};
	err_set(e, ERR_IO,
		"%s cannot be written: it is in WAL mode, in which only its owner can write to it;"
		" run this as its owner",
		st->path);
}

struct store *store_open_rw(const char *path, bool create, struct err *e)
{
	bool missing;
	if (!check_file(path, &missing, e))
		return NULL;
	if (missing && !create) {
		err_set(e, ERR_IO, "there is no file %s; make one with: deadletter init %s", path, path);
		return NULL;
	}
	if (!missing && access(path, W_OK) < 0) {
		err_sys(e, errno, "%s cannot be written", path);
		return NULL;
	}
	struct store *st = new_store(path, true);
	if (open_file(st, missing, e) && schema_lay(st, create, e) && schema_check(st, e))
		return st;
	explain_no_sidecar(st, e);
	if (missing)
		store_discard(st);
	else
		store_close(st);
	return NULL;
}

struct store *store_open_tune(const char *path, struct err *e)
{
	bool missing;
	if (!check_file(path, &missing, e))
		return NULL;
	if (missing) {
		err_set(e, ERR_IO, "there is no file %s", path);
		return NULL;
	}
	if (access(path, W_OK) < 0) {
		err_sys(e, errno, "%s cannot be written", path);
		return NULL;
	}
	struct store *st = new_store(path, true);
	if (open_file(st, false, e) && schema_known(st, e))
		return st;
	explain_no_sidecar(st, e);
	store_close(st);
	return NULL;
}

/* ---- later ---- */

bool store_is_snapshot(const struct store *st)
{
	return st->snapshot;
}

bool store_owns(const struct store *st, const struct stat *file)
{
	static const char *const suffixes[] = {"", "-journal", "-wal", "-shm"};
	const char *path = sqlite3_db_filename(st->db, "main"); /* behind symbolic links */
	bool own = false;
	for (size_t i = 0; path && !own && i < COUNT_OF(suffixes); i++) {
		struct stat its;
		char *name = sqlite3_mprintf("%s%s", path, suffixes[i]);
		if (!name)
			die("out of memory");
		own = stat(name, &its) == 0 && its.st_dev == file->st_dev && its.st_ino == file->st_ino;
		sqlite3_free(name);
	}
	return own;
}

bool store_version(struct store *st, int64_t *version, struct err *e)
{
	int moved = 0;
	*version = 0;
	if (!check_unchanged(st, e))
		return false;
	if (st->snapshot)
		return true;
	if (sqlite3_file_control(st->db, "main", SQLITE_FCNTL_HAS_MOVED, &moved) == SQLITE_OK && moved)
		return err_set(e, ERR_IO, "%s was replaced or deleted; open it again", st->path);
	sqlite3_stmt *s = store_stmt(st, STMT_DATA_VERSION, e);
	if (!s)
		return false;
	int rc = sqlite3_step(s);
	bool ok = rc == SQLITE_ROW || store_fail(st, rc, e);
	*version = ok ? sqlite3_column_int64(s, 0) : 0;
	sqlite3_reset(s);
	if (!ok || *version == st->version)
		return ok;
	/* Others may have made something else of it, or emptied it. */
	if (!schema_check(st, e))
		return false;
	st->version = *version;
	return true;
}
