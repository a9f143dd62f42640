/* embed - turns text files into C arrays, so that the program needs no files of its own at run time.
 *
 * usage: embed FILE... > embedded.c      Each file is found again by its path with embedded_file(). */
#include "base.h"

#include <errno.h>
#include <string.h>

int main(int argc, char **argv)
{
	printf("#include \"embedded.h\"\n\n#include <string.h>\n\n");
	for (int i = 1; i < argc; i++) {
		FILE *f = fopen(argv[i], "rb");
		if (!f) {
			fprintf(stderr, "embed: %s: %s\n", argv[i], strerror(errno));
			return 1;
		}
		printf("static const unsigned char file_%d[] = {", i);
		int c, n = 0;
		while ((c = getc(f)) != EOF)
			printf("%s%d,", n++ % 24 ? "" : "\n", c);
		printf("0};\n\n");
		fclose(f);
	}
	printf("struct str embedded_file(const char *path)\n{\n");
	for (int i = 1; i < argc; i++)
		printf("\tif (strcmp(path, \"%s\") == 0)\n"
		       "\t\treturn (struct str){(const char *)file_%d, sizeof file_%d - 1};\n",
		       argv[i], i, i);
	printf("\tdie(\"%%s is not embedded\", path);\n}\n");
	return ferror(stdout) || fflush(stdout) != 0;
}
