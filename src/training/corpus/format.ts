/** @file The corpus on disk: `images.bin` is uint8 [N, 40, 40, 4], premultiplied RGBA; `corpus.json` says what each image is. */

import { z } from 'zod';

const wordSchema = z.object({ text: z.string(), lang: z.string() });
const conceptSchema = z.object({
	name: z.string(),
	/** False for names of emoji beyond the table of drawable concepts. */
	drawable: z.boolean().optional(),
	/** Must not be mirrored. */
	fixed: z.boolean().optional(),
	words: z.array(wordSchema),
	/** More general English words that hold of it: `fruit`, `animal`. */
	kinds: z.array(z.string()).optional(),
});
const imageSchema = z.object({
	/** Index into `concepts`. */
	concept: z.int().min(0),
	kind: z.enum(['emoji', 'color', 'glyph', 'clipart']),
	source: z.string(),
	name: z.string(),
	/** The emoji's own name, where one concept has several (`red apple`, `green apple`). */
	label: z.string().optional(),
	/** For evaluation only: never trained on. */
	heldOut: z.boolean(),
});
const sourceSchema = z.object({
	name: z.string(),
	title: z.string(),
	/** Whose pictures they are, and where their originals are; corpora of before do not say. */
	author: z.string().optional(),
	package: z.string(),
	version: z.string(),
	licence: z.string(),
	images: z.int(),
});

export const corpusSchema = z.object({
	version: z.literal(1),
	size: z.literal(40),
	concepts: z.array(conceptSchema),
	images: z.array(imageSchema),
	sources: z.array(sourceSchema),
	/** Names of the sources among those trained on whose licence is share-alike. */
	shareAlike: z.array(z.string()).optional(),
});

export type CorpusFile = z.infer<typeof corpusSchema>;
export type CorpusConcept = z.infer<typeof conceptSchema>;
export type CorpusImage = z.infer<typeof imageSchema>;
export type CorpusSource = z.infer<typeof sourceSchema>;
