/** @file What to fetch of a model: one file of weights and what belongs to it, out of all that its repository holds. */

import { type ListFileEntry, listFiles, modelInfo } from '@huggingface/hub';
import { AtelierError } from '../../errors.js';
import { chooseWeights, otherWeights, weightNames } from '../checkpoints/model-files.js';
import { tokenizerFiles } from '../tokenizers/find-tokenizer.js';
import type { Fetchable } from './manifest.js';
import type { Network } from './network.js';
import { type Digest, type RemoteFile, remoteSize } from './transfer.js';

/** What makes up a model, and where it is. */
export interface ModelPlan {
	readonly files: readonly RemoteFile[];
	/** Name of the file of weights, or of their index. */
	readonly weights: string;
	/** Address of what it is from, for people. */
	readonly origin: string;
	/** Commit of the repository. */
	readonly revision?: string;
	readonly licence?: string;
}

/** Files beside the weights, which are taken whenever they are there. */
const companions = [
	'config.json',
	'open_clip_config.json',
	'preprocessor_config.json',
	'tokenizer.json',
	'tokenizer_config.json',
	'special_tokens_map.json',
	'added_tokens.json',
	// What a tokenizer.json was made from counts more than it.
	'sentencepiece.bpe.model',
	'spiece.model',
	'bpe.model',
];
/** What a tokenizer consists of where there is no tokenizer.json. */
const vocabularies = ['vocab.json', 'merges.txt', 'vocab.txt'];

/** Files and folders at the top of a repository: a list has an end, whatever a server says. */
const mostEntries = 10_000;

/** Look up what makes up a model. @throws AtelierError E_NETWORK when the hub cannot be asked, E_CHECKPOINT when there is no model that could be read */
export async function planOf({ source, known }: Fetchable, network: Network): Promise<ModelPlan> {
	const tokenizer = async () => (known?.tokenizer ? [await tokenizerOf(known.tokenizer, network)] : []);
	if (source.kind === 'url') {
		const { url, sha256 } = source;
		const name = new URL(url).pathname.split('/').at(-1)!;
		const weights: RemoteFile = {
			name,
			url,
			bytes: await remoteSize(url, network),
			digest: { kind: 'sha256', hex: sha256 },
		};
		return {
			files: [...(await tokenizer()), weights],
			weights: name,
			origin: url,
			...(known?.licence && { licence: known.licence }),
		};
	}
	const listed = await repository(source.repo, source.revision, network);
	const { weights, picked } = pick([...listed.files.keys()], source.repo);
	const files = picked.map((name) => listed.files.get(name)!);
	if (!picked.some((name) => tokenizerFiles.includes(name))) files.push(...(await tokenizer()));
	const licence = known?.licence ?? listed.licence;
	return {
		// Small ones first: what is wrong with them shows at once.
		files: files.sort((a, b) => a.bytes - b.bytes),
		weights,
		origin: `${network.endpoint}/${source.repo}`,
		revision: listed.revision,
		...(licence && { licence }),
	};
}

/** Names of the files to take, and which of them has the weights. @throws AtelierError E_CHECKPOINT */
function pick(names: readonly string[], repo: string): { weights: string; picked: string[] } {
	const has = (name: string) => names.includes(name);
	const weights = chooseWeights(names);
	if (weights === undefined)
		throw new AtelierError(
			'E_CHECKPOINT',
			`expected a model with weights (${weightNames.join(', ')}) in '${repo}', got ${otherWeights(names).join(', ') || 'none'}; is it a model of pictures and texts?`,
		);
	const [stem, kind] = /^(.+)\.(safetensors|bin)\.index\.json$/.exec(weights)?.slice(1) ?? [];
	const shards = stem ? names.filter((name) => name.startsWith(`${stem}-`) && name.endsWith(`.${kind}`)) : [];
	const texts = has('tokenizer.json') ? [] : vocabularies.filter(has);
	return { weights, picked: [...new Set([...companions.filter(has), ...texts, ...shards, weights])] };
}

/** The tokenizer.json of another model. */
async function tokenizerOf(repo: string, network: Network): Promise<RemoteFile> {
	const { files } = await repository(repo, undefined, network);
	const file = files.get('tokenizer.json');
	if (!file) throw new AtelierError('E_CHECKPOINT', `expected tokenizer.json in '${repo}', got no such file`);
	return file;
}

/** The files at the top of a repository, at one commit of it. Names that are none of a plain file are left out. */
async function repository(
	repo: string,
	asked: string | undefined,
	network: Network,
): Promise<{ files: ReadonlyMap<string, RemoteFile>; revision: string; licence?: string }> {
	const reach = { hubUrl: network.endpoint, fetch: network.fetch };
	const info = await modelInfo({
		name: repo,
		revision: asked ?? 'main',
		additionalFields: ['sha', 'cardData'],
		...reach,
	});
	const { sha: revision } = info;
	if (!/^[0-9a-f]{40}$/.test(revision ?? '')) throw malformed(repo, network, 'a commit');
	const files = new Map<string, RemoteFile>();
	let seen = 0;
	for await (const entry of listFiles({ repo, revision, ...reach })) {
		if (++seen > mostEntries) throw malformed(repo, network, `at most ${mostEntries} files`);
		const { type, path, size } = entry;
		if (type !== 'file' || !/^[A-Za-z0-9][\w.-]{0,199}$/.test(path)) continue;
		const digest = digestOf(entry);
		if (!digest || !Number.isSafeInteger(size) || size < 0)
			throw malformed(repo, network, `the size and hash of ${path}`);
		const url = `${network.endpoint}/${repo}/resolve/${revision}/${path}`;
		files.set(path, { name: path, url, bytes: size, digest });
	}
	const licence: unknown = info.cardData?.license;
	return { files, revision, ...(typeof licence === 'string' && { licence: licence.slice(0, 60) }) };
}

/** What the listing says that a file's bytes give. */
function digestOf({ oid, lfs }: ListFileEntry): Digest | undefined {
	if (lfs) return /^[0-9a-f]{64}$/.test(lfs.oid) ? { kind: 'sha256', hex: lfs.oid } : undefined;
	return oid && /^[0-9a-f]{40}$/.test(oid) ? { kind: 'git', hex: oid } : undefined;
}

const malformed = (repo: string, network: Network, what: string): AtelierError =>
	new AtelierError(
		'E_NETWORK',
		`expected ${what} of '${repo}' from ${network.endpoint}, got something else; is HF_ENDPOINT a hub?`,
	);
