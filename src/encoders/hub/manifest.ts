/** @file The checkpoints that atelier knows by name: models/manifest.json. Nothing of them is in the package; `atelier models pull` fetches them. */

import { join } from 'node:path';
import { z } from 'zod';
import { AtelierError } from '../../errors.js';
import { readJson } from '../../files.js';
import { packageRoot } from '../../package-root.js';
import { validated } from '../../validation.js';
import { didYouMean } from './meant-model.js';

/** `org/name` of a model on a hub. */
const repo = z.string().regex(/^[A-Za-z0-9][\w.-]{0,95}\/[A-Za-z0-9][\w.-]{0,95}$/);
const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
/** A branch, a tag or a commit. */
const revision = z.string().regex(/^[A-Za-z0-9][\w.-]{0,99}(\/[A-Za-z0-9][\w.-]{0,99}){0,4}$/);

const sourceSchema = z.discriminatedUnion('kind', [
	z.strictObject({ kind: z.literal('huggingface'), repo, revision: revision.optional() }),
	z.strictObject({ kind: z.literal('url'), url: z.url({ protocol: /^https?$/ }), sha256 }),
]);

const modelSchema = z.strictObject({
	name: z.string().regex(/^[A-Za-z0-9][\w./@-]{0,199}$/),
	aliases: z.array(z.string()).default([]).describe('Other names that people know it by.'),
	about: z.string().describe('What it is, for people.'),
	source: sourceSchema,
	tokenizer: repo.optional().describe('Model whose tokenizer.json goes with it, where its source has none.'),
	image: repo.optional().describe('Of a model of texts alone: the known model whose image tower goes with it.'),
	bytes: z.int().positive().describe('Size of the weights, about: the source says exactly.'),
	licence: z.string().optional(),
	resolution: z.int().positive().describe('Side of the pictures that it sees, in pixels.'),
	embedding: z.int().positive().describe('Width of its embeddings.'),
	gmacs: z
		.number()
		.positive()
		.optional()
		.describe('Multiplications of one look at one picture, in thousands of millions.'),
});

/** A checkpoint that is known by name. */
export type KnownModel = z.output<typeof modelSchema>;
/** Where a model comes from. */
export type ModelSource = KnownModel['source'];

const manifestSchema = z.strictObject({ models: z.array(modelSchema) });

let manifest: readonly KnownModel[] | undefined;

/** All of them, in the order of the manifest: the small ones first within each kind. */
export function knownModels(): readonly KnownModel[] {
	const path = join(packageRoot(), 'models', 'manifest.json');
	manifest ??= validated(manifestSchema, readJson(path), 'E_CHECKPOINT', `'${path}'`).models;
	return manifest;
}

/** All names that stand for one of them. */
export const knownNames = (models = knownModels()): string[] =>
	models.flatMap(({ name, aliases }) => [name, ...aliases]);

/** One of them by its name or another that people know it by; upper and lower case are one. */
export function knownModel(name: string, models = knownModels()): KnownModel | undefined {
	const wanted = name.toLowerCase();
	return models.find((model) => [model.name, ...model.aliases].some((known) => known.toLowerCase() === wanted));
}

/** What can be fetched by a name. */
export interface Fetchable {
	/** As it is stored and shown. */
	readonly name: string;
	readonly source: ModelSource;
	readonly known?: KnownModel;
}

/** What a name stands for: a model of the manifest, or `org/name[@revision]` on the hub; undefined for anything else. */
export function fetchable(name: string, models = knownModels()): Fetchable | undefined {
	const known = knownModel(name, models);
	if (known) return { name: known.name, source: known.source, known };
	const [path = '', ...rest] = name.split('@');
	if (!repo.safeParse(path).success || rest.length > 1) return undefined;
	const [asked] = rest;
	if (asked === undefined) return { name, source: { kind: 'huggingface', repo: path } };
	if (!revision.safeParse(asked).success) return undefined;
	const base = knownModel(path, models);
	return {
		name: `${base?.name ?? path}@${asked}`,
		source: {
			kind: 'huggingface',
			repo: base?.source.kind === 'huggingface' ? base.source.repo : path,
			revision: asked,
		},
		...(base && { known: base }),
	};
}

/** Names of the models that are needed to draw by one: it, and what has its image tower where it is of texts alone. */
export function neededFor(name: string): string[] {
	const found = fetchable(name);
	const image = found?.known?.image;
	return [found?.name ?? name, ...(image ? [image] : [])];
}

/** How fast a model guides on a processor, by the work of one look: `gmacs` as in the manifest. */
export function speedOf(gmacs: number): 'fast' | 'medium' | 'slow' | 'very slow' {
	if (gmacs <= 5) return 'fast';
	if (gmacs <= 20) return 'medium';
	return gmacs <= 100 ? 'slow' : 'very slow';
}

/** What can be fetched by a name. @throws AtelierError E_ARGUMENT when it is none of a model */
export function requireFetchable(name: string, models = knownModels()): Fetchable {
	const found = fetchable(name, models);
	if (found) return found;
	throw new AtelierError(
		'E_ARGUMENT',
		`expected a model by a name of 'atelier models list' or as org/name[@revision] on Hugging Face, got '${name}'${didYouMean(name, knownNames(models))}`,
	);
}
