/** @file What a model has learnt from: recorded from the corpus through checkpoints to the finished folder, so that share-alike pictures never ship unseen. */

import { resolve, sep } from 'node:path';
import { z } from 'zod';
import { modelsFolder } from '../../encoders/find-encoder.js';
import { AtelierError } from '../../errors.js';
import type { CorpusImage, CorpusSource } from './format.js';
import { isShareAlike } from './sources.js';

export const provenanceSchema = z.object({
	/** Names of the sources trained on. */
	learntFrom: z.array(z.string()),
	/** Those of them under share-alike licences. */
	shareAlike: z.array(z.string()),
});

/** Sources by name, sorted. */
export type Provenance = z.infer<typeof provenanceSchema>;

/** What a model trained on this corpus learns from. */
export function provenanceOf(corpus: {
	readonly images: readonly Pick<CorpusImage, 'source' | 'heldOut'>[];
	readonly sources: readonly Pick<CorpusSource, 'name' | 'licence'>[];
}): Provenance {
	const trained = new Set(corpus.images.filter((image) => !image.heldOut).map((image) => image.source));
	const shared = new Set(corpus.sources.filter(({ licence }) => isShareAlike(licence)).map(({ name }) => name));
	return joinProvenance({ learntFrom: [...trained], shareAlike: [...trained].filter((name) => shared.has(name)) });
}

/** Of a model that learnt from all of these, one after the other. */
export function joinProvenance(...parts: readonly Partial<Provenance>[]): Provenance {
	const union = (key: keyof Provenance) => [...new Set(parts.flatMap((part) => part[key] ?? []))].sort();
	return { learntFrom: union('learntFrom'), shareAlike: union('shareAlike') };
}

/**
 * Keep a model that learnt from share-alike pictures out of the folder of models that ships with the package.
 *
 * @throws AtelierError E_CORPUS when `out` is inside it
 */
export function refuseToShip(out: string, { shareAlike }: Provenance, folder = modelsFolder()): void {
	if (shareAlike.length === 0 || !`${resolve(out)}${sep}`.startsWith(`${resolve(folder)}${sep}`)) return;
	throw new AtelierError(
		'E_CORPUS',
		`expected no model that learnt from share-alike pictures (${shareAlike.join(', ')}) in '${folder}', which is given away under another licence; choose another --out, or hold those pictures out`,
	);
}
