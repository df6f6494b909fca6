/** @file What must be said of a model that learns from share-alike pictures. */

/** A warning on stderr, where there are such pictures. */
export function warnOfShareAlike({ shareAlike }: { readonly shareAlike: readonly string[] }): void {
	if (shareAlike.length > 0)
		process.stderr.write(
			`warning: share-alike pictures (${shareAlike.join(', ')}) among those learnt from: keep the result for measuring, or give it away under their licence\n`,
		);
}
