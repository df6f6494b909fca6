/** @file `atelier models list|info|verify|remove`: the encoders that are here or known. Fetching them is in models-pull.ts. */

import { basename } from 'node:path';
import { type ArgsDef, defineCommand } from 'citty';
import { modelFiles } from '../encoders/checkpoints/model-files.js';
import { openCheckpoint } from '../encoders/checkpoints/open.js';
import { type EncoderListing, findEncoder, listEncoders } from '../encoders/find-encoder.js';
import {
	brokenFiles,
	brokenInWords,
	bytesOf,
	pulledModel,
	pulledModels,
	pulledNames,
	removePulled,
} from '../encoders/hub/cache.js';
import { fetchable, type KnownModel, knownModels, speedOf } from '../encoders/hub/manifest.js';
import { didYouMean } from '../encoders/hub/meant-model.js';
import { withPullAdvice } from '../encoders/hub/pull-advice.js';
import { withModel } from '../encoders/open-model.js';
import { AtelierError } from '../errors.js';
import { sizeOf } from '../tensor/index.js';
import { readArguments } from './arguments.js';
import { sizeInWords } from './size-in-words.js';
import { say, writeTable } from './table.js';

const json = { type: 'boolean', description: 'As JSON' } as const;
const name = { type: 'positional', required: false, description: 'Its name, as the list has it' } as const;

/** What the manifest says of an encoder, for lists. */
interface Facts {
	readonly licence?: string;
	readonly gmacs?: number;
	readonly speed?: string;
	readonly embedding?: number;
}

const facts = (known: KnownModel | undefined): Facts =>
	known
		? {
				...(known.licence && { licence: known.licence }),
				...(known.gmacs && { gmacs: known.gmacs, speed: speedOf(known.gmacs) }),
				embedding: known.embedding,
			}
		: {};

/** A line of the list. */
type Listed = Omit<EncoderListing, 'path'> & Facts & { readonly present: boolean; readonly path?: string };

const list = defineCommand({
	meta: { name: 'list', description: 'List the encoders that are here, and those that can be fetched' },
	args: { json } satisfies ArgsDef,
	run({ rawArgs, cmd }) {
		const flags = readArguments(rawArgs, cmd.args as ArgsDef, false);
		const here: Listed[] = listEncoders().map((encoder) => {
			const known = fetchable(encoder.name)?.known;
			return { ...encoder, present: true, ...facts(known) };
		});
		const names = new Set(here.map((encoder) => encoder.name));
		const others: Listed[] = knownModels()
			.filter((known) => !names.has(known.name))
			.map((known) => {
				const { name, about: description, bytes, resolution: imageSize } = known;
				return { name, description, bytes, imageSize, present: false, ...facts(known) };
			});
		if (flags.has('json')) {
			say(JSON.stringify([...here, ...others]));
			return 0;
		}
		writeTable([
			['name', 'size', 'sees', 'speed', 'licence', 'where'],
			...[...here, ...others].map((e) => [
				e.name,
				`${e.present ? '' : 'about '}${sizeInWords(e.bytes)}`,
				`${e.imageSize} px`,
				e.speed ?? '',
				e.licence ?? '',
				e.path ?? 'to pull',
			]),
		]);
		return 0;
	},
});

const info = defineCommand({
	meta: { name: 'info', description: 'Say what is known of an encoder, and what its files say' },
	args: { name, json } satisfies ArgsDef,
	run({ rawArgs, cmd }) {
		const flags = readArguments(rawArgs, cmd.args as ArgsDef, true);
		const asked = flags.only('the name of one encoder');
		const known = fetchable(asked)?.known;
		const pulled = pulledModel(asked);
		const listed = listEncoders().find((e) => e.name === (pulled?.name ?? asked));
		// Neither known nor here: the error says what there is.
		const path = known && !pulled ? undefined : findEncoder(asked);
		const weights = path === undefined ? undefined : guardedByAdvice(path, () => weightsOf(path));
		const sizes = path === undefined ? undefined : sizesOf(path);
		const about = {
			name: pulled?.name ?? known?.name ?? listed?.name ?? basename(path ?? asked),
			description: known?.about ?? listed?.description ?? '',
			...(known && { source: originOf(known), bytes: known.bytes, imageSize: known.resolution, ...facts(known) }),
			...(pulled && { source: pulled.origin, revision: pulled.revision, licence: pulled.licence ?? known?.licence }),
			...(listed && { bytes: listed.bytes, imageSize: listed.imageSize }),
			...sizes,
			...(known?.image && { image: known.image }),
			present: path !== undefined,
			...(path !== undefined && { path }),
			...weights,
			...(pulled && { files: pulled.files }),
		};
		if (flags.has('json')) {
			say(JSON.stringify(about));
			return 0;
		}
		const rows: [string, string][] = [
			['name', about.name],
			['what', about.description],
			['from', about.source ?? ''],
			['revision', about.revision ?? ''],
			['licence', about.licence ?? (known ? 'see its page' : '')],
			['size', about.bytes === undefined ? '' : `${about.present ? '' : 'about '}${sizeInWords(about.bytes)}`],
			['sees', about.imageSize ? `${about.imageSize} px` : ''],
			['embedding', about.embedding ? `${about.embedding} numbers` : ''],
			['pictures', about.image ? `by the image tower of ${about.image}` : ''],
			['work', about.gmacs ? `${about.gmacs} GMACs a look (${about.speed})` : ''],
			[
				'weights',
				weights
					? `${weights.container}, ${weights.parameters.toLocaleString('en')} numbers in ${weights.tensors} tensors`
					: '',
			],
			['where', about.path ?? `not here; npx atelier models pull ${about.name}`],
			...(pulled?.files.map(({ name, bytes, sha256 }): [string, string] => [
				'file',
				`${name}, ${bytes} bytes, sha256 ${sha256}`,
			]) ?? []),
		];
		writeTable(rows.filter(([, text]) => text !== ''));
		return 0;
	},
});

const originOf = ({ source }: KnownModel): string =>
	source.kind === 'url' ? source.url : `https://huggingface.co/${source.repo}`;

/** Read something of a model; what fails says how to mend one that was pulled. */
function guardedByAdvice<T>(path: string, read: () => T): T {
	try {
		return read();
	} catch (error) {
		throw withPullAdvice(error, [path]);
	}
}

/** What a model of CLIP's family sees and gives, by its files; nothing where they do not say, or do not fit together. */
function sizesOf(path: string): { imageSize?: number; embedding?: number } {
	try {
		return withModel(modelFiles(path), ({ architecture: { image, embed } }) => ({
			...(image && { imageSize: image.resolution }),
			embedding: embed,
		}));
	} catch (error) {
		// Weights that cannot be read have been reported; the built-in encoder is of another family.
		if (error instanceof AtelierError) return {};
		throw error;
	}
}

/** What a file of weights says of itself. @throws AtelierError E_CHECKPOINT */
function weightsOf(path: string): { container: string; tensors: number; parameters: number } {
	const checkpoint = openCheckpoint(modelFiles(path).weights);
	try {
		const { container, tensors } = checkpoint;
		const parameters = [...tensors.values()].reduce((sum, { shape }) => sum + sizeOf(shape), 0);
		return { container, tensors: tensors.size, parameters };
	} finally {
		checkpoint.close();
	}
}

const verify = defineCommand({
	meta: { name: 'verify', description: 'Compare the files of pulled models with what was fetched' },
	args: { name: { ...name, description: 'Names of pulled models (default: all)' }, json } satisfies ArgsDef,
	async run({ rawArgs, cmd }) {
		const flags = readArguments(rawArgs, cmd.args as ArgsDef, true);
		const { positionals: names } = flags;
		const models = names.length === 0 ? pulledModels() : names.map(requirePulled);
		const results = [];
		for (const model of models)
			results.push({ name: model.name, bytes: bytesOf(model), ...(await brokenFiles(model)) });
		if (flags.has('json')) say(JSON.stringify(results));
		else if (results.length === 0) say('no models have been pulled');
		else
			writeTable(results.map((result) => [result.name, sizeInWords(result.bytes), brokenInWords(result) || 'intact']));
		const broken = results.filter((result) => brokenInWords(result) !== '');
		if (broken.length > 0)
			throw new AtelierError(
				'E_CHECKPOINT',
				`expected intact models, got ${broken.length} with files that are missing or damaged; mend them with: ${broken.map((b) => `npx atelier models pull ${b.name}`).join(' && ')}`,
			);
		return 0;
	},
});

/** @throws AtelierError E_ARGUMENT */
function requirePulled(name: string) {
	const model = pulledModel(name);
	if (model) return model;
	const names = pulledNames();
	throw new AtelierError(
		'E_ARGUMENT',
		`expected a model that was pulled (${names.join(', ') || 'none was'}), got '${name}'${didYouMean(name, names)}`,
	);
}

const remove = defineCommand({
	meta: { name: 'remove', description: 'Remove a pulled model from the cache' },
	args: { name, json } satisfies ArgsDef,
	run({ rawArgs, cmd }) {
		const flags = readArguments(rawArgs, cmd.args as ArgsDef, true);
		const asked = flags.only('the name of one model');
		const bytes = removePulled(asked);
		say(
			flags.has('json')
				? JSON.stringify({ name: asked, bytes })
				: `removed ${asked}: ${sizeInWords(bytes)} are free again`,
		);
		return 0;
	},
});

export default defineCommand({
	meta: { name: 'models', description: 'Encoders that drawings can be judged by: list, pull, info, verify, remove' },
	// Without a subcommand it lists them.
	args: { json } satisfies ArgsDef,
	run: (context) => list.run!(context),
	subCommands: {
		list: async () => list,
		pull: async () => (await import('./models-pull.js')).default,
		info: async () => info,
		verify: async () => verify,
		remove: async () => remove,
	},
});
