import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { findEncoder, listEncoders, placeOf } from '../../../src/encoders/find-encoder.js';
import { brokenFiles, pulledModel, pulledModels, removePulled } from '../../../src/encoders/hub/cache.js';
import { fetchable, type KnownModel, knownModels, neededFor } from '../../../src/encoders/hub/manifest.js';
import { mostFailures } from '../../../src/encoders/hub/network.js';
import { type PullOptions, type PullProgress, pullModel } from '../../../src/encoders/hub/pull.js';
import { Random } from '../../../src/random.js';
import { FakeHub, type Fault, sha256Of } from './fake-hub.js';

const name = 'tiny/model';
/** More than arrives in one piece. */
const weights = Uint8Array.from(
	{ length: 300_000 },
	(() => {
		const random = new Random(1);
		return () => random.int(256);
	})(),
);
const text = (value: string) => new TextEncoder().encode(value);
const files = {
	'README.md': text('# not wanted'),
	'config.json': text('{"vision_config": {"image_size": 32}}'),
	'model.safetensors': weights,
	'preprocessor_config.json': text('{}'),
	'pytorch_model.bin': text('the same as pickle'),
	'tf_model.h5': text('the same again'),
	'tokenizer.json': text('{}'),
	'vocab.json': text('{}'),
};

let root: string;
let hub: FakeHub;
let waits: number[];
beforeEach(async () => {
	root = mkdtempSync(join(tmpdir(), 'atelier-hub-'));
	vi.stubEnv('ATELIER_CACHE', root);
	hub = await FakeHub.open({ [name]: files, 'tiny/tokenizer': { 'tokenizer.json': text('{"a":1}') } });
	waits = [];
});
afterEach(async () => {
	vi.unstubAllEnvs();
	await hub.close();
	rmSync(root, { recursive: true, force: true });
});

const folder = () => join(root, 'models', 'tiny--model');
const pull = (options: PullOptions = {}, what = name) =>
	pullModel(what, {
		environment: { HF_ENDPOINT: hub.address },
		wait: async (milliseconds) => void waits.push(milliseconds),
		...options,
	});
const misbehave = (file: string, ...faults: Fault[]) => hub.faults.set(file, faults);
const fetched = () => readFileSync(join(folder(), 'model.safetensors'));
/** Ranges that the weights were asked for in. */
const ranges = () => hub.asked('model.safetensors').map(({ range }) => range);

describe('a pull', () => {
	it('fetches the weights once and what belongs to them, and says how far it is', async () => {
		const told: PullProgress[] = [];
		const model = await pull({ onProgress: (p) => told.push(p) });
		expect(readdirSync(folder()).sort()).toEqual([
			'atelier-model.json',
			'config.json',
			'model.safetensors',
			'preprocessor_config.json',
			'tokenizer.json',
		]);
		expect(fetched().equals(weights)).toBe(true);
		expect(model).toMatchObject({ name, revision: hub.commit, licence: 'mit', weights: 'model.safetensors' });
		expect(model.files.find((f) => f.name === 'model.safetensors')).toMatchObject({ sha256: sha256Of(weights) });
		const { done, total, file } = told.at(-1)!;
		expect([done, file]).toEqual([total, 'model.safetensors']);
		expect(told.map((p) => p.done)).toEqual(told.map((p) => p.done).sort((a, b) => a - b));
		expect(pulledModels().map((m) => m.name)).toEqual([name]);
	});

	it('fetches only what is not here or damaged, and what another version changes', async () => {
		await pull();
		hub.seen.length = 0;
		await pull();
		expect(hub.asked('/resolve/')).toEqual([]);
		const damaged = Buffer.from(weights);
		damaged[7]! ^= 1;
		writeFileSync(join(folder(), 'model.safetensors'), damaged);
		expect(await brokenFiles(pulledModel(name)!)).toEqual({ missing: [], damaged: ['model.safetensors'] });
		await pull();
		expect(await brokenFiles(pulledModel(name)!)).toEqual({ missing: [], damaged: [] });
		hub.seen.length = 0;
		const { 'config.json': _, 'vocab.json': __, ...rest } = files;
		hub.repositories[name] = { ...rest, 'tokenizer.json': text('{"newer": 1}') };
		hub.commit = 'c'.repeat(40);
		expect(await pull()).toMatchObject({ revision: hub.commit });
		expect(hub.asked('/resolve/').map(({ path }) => path.split('/').at(-1))).toEqual(['tokenizer.json']);
		expect(existsSync(join(folder(), 'config.json'))).toBe(false);
	});

	it('without a network succeeds for a model that is here and whole alone', async () => {
		await pull();
		expect(await pull({ offline: true })).toMatchObject({ name });
		writeFileSync(join(folder(), 'model.safetensors'), weights.subarray(0, 1000));
		rmSync(join(folder(), 'tokenizer.json'));
		await expect(pull({ offline: true })).rejects.toThrow(
			/missing: tokenizer.json; damaged: model.safetensors\); pull it again with a network/,
		);
	});

	it('goes on where the connection broke off, and where an earlier process was killed', async () => {
		const arrivals = [100_000, 150_000].map((bytes) => {
			let arrive = () => {};
			const until = new Promise<void>((resolve) => {
				arrive = resolve;
			});
			return { bytes, until, arrive: () => arrive() };
		});
		misbehave(
			'model.safetensors',
			{ kind: 'drop', after: 100_000, until: arrivals[0]!.until },
			{ kind: 'drop', after: 50_000, until: arrivals[1]!.until },
		);
		const onProgress = ({ file, done, total }: PullProgress) => {
			const came = done - total + weights.length;
			if (file === 'model.safetensors') for (const { bytes, arrive } of arrivals) if (came >= bytes) arrive();
		};
		await pull({ onProgress });
		expect(fetched().equals(weights)).toBe(true);
		expect(ranges()[0]).toBeUndefined();
		const starts = ranges()
			.slice(1)
			.map((range) => Number(/bytes=(\d+)-$/.exec(range!)![1]));
		expect(starts).toEqual([100_000, 150_000]);
		// As a killed process leaves it: the beginning of the file under its temporary name.
		removePulled(name);
		mkdirSync(folder(), { recursive: true });
		const part = join(folder(), `model.safetensors.${sha256Of(weights).slice(0, 16)}.part`);
		writeFileSync(part, weights.subarray(0, 1234));
		hub.seen.length = 0;
		await pull();
		expect(ranges()).toEqual(['bytes=1234-']);
		expect(fetched().equals(weights)).toBe(true);
		expect(readdirSync(folder()).filter((f) => f.endsWith('.part'))).toEqual([]);
	});

	it('begins anew with a server that ignores ranges, and gives up one that never gets further', async () => {
		misbehave('model.safetensors', { kind: 'drop', after: 100_000 }, { kind: 'ignore range' });
		await pull();
		expect(fetched().equals(weights)).toBe(true);
		removePulled(name);
		misbehave('model.safetensors', ...Array.from({ length: 20 }, (): Fault => ({ kind: 'ignore range', drop: 1000 })));
		await expect(pull()).rejects.toThrow(/sent|failed.*6 times in a row; try again: it goes on/);
		// What a connection had sent when it was cut may be lost: five tries may bring nothing before one brings all that ever comes.
		expect(hub.faults.get('model.safetensors')!.length).toBeGreaterThanOrEqual(8);
		expect(pulledModel(name)).toBeUndefined();
	});

	it('does not trust what it had when the whole is not what it should be', async () => {
		mkdirSync(folder(), { recursive: true });
		const part = join(folder(), `model.safetensors.${sha256Of(weights).slice(0, 16)}.part`);
		writeFileSync(part, Buffer.alloc(5000, 1));
		await pull();
		expect(ranges()).toEqual(['bytes=5000-', undefined]);
		expect(fetched().equals(weights)).toBe(true);
	});

	it.each([
		['model.safetensors', /model.safetensors with the sha256 [0-9a-f]{64}.*twice/],
		['config.json', /config.json with the git name [0-9a-f]{40}.*twice/],
	])('refuses a %s with other bytes, and keeps nothing of it', async (file, message) => {
		misbehave(file, { kind: 'corrupt' }, { kind: 'corrupt' });
		await expect(pull()).rejects.toMatchObject({ code: 'E_NETWORK', message: expect.stringMatching(message) });
		expect(readdirSync(folder()).filter((f) => f.startsWith(file))).toEqual([]);
		expect(pulledModel(name)).toBeUndefined();
		await pull();
		expect(fetched().equals(weights)).toBe(true);
	});

	it('refuses more bytes than were listed', async () => {
		misbehave('model.safetensors', { kind: 'too long' });
		await expect(pull()).rejects.toThrow(/of 300000 bytes.*has more/);
	});

	it('waits as long as the server says, else longer each time', async () => {
		const busy = (headers?: Record<string, string>, status = 429): Fault => ({
			kind: 'status',
			status,
			...(headers && { headers }),
		});
		const why: string[] = [];
		misbehave('revision', busy({ 'retry-after': '7' }));
		misbehave('model.safetensors', busy({ 'retry-after': '3' }), busy(undefined, 503), busy(undefined, 500));
		await pull({ onRetry: (reason) => why.push(reason) });
		expect(waits).toEqual([7000, 3000, 2000, 4000]);
		expect(why[0]).toMatch(/answered 429/);
		removePulled(name);
		misbehave('model.safetensors', ...Array.from({ length: 9 }, () => busy()));
		await expect(pull()).rejects.toThrow(new RegExp(`answered 429, ${mostFailures} times in a row`));
		misbehave('model.safetensors', busy({ 'retry-after': '86400' }));
		await expect(pull()).rejects.toThrow(/left alone for 1440 minutes/);
	});

	it('takes a silent server for a lost connection', async () => {
		misbehave('model.safetensors', { kind: 'hang' });
		await pull({ patience: 200 });
		expect(ranges()).toHaveLength(2);
		expect(waits).toEqual([1000]);
	});

	it('follows a redirect, without the token', async () => {
		const cdn = await FakeHub.open({ [name]: files });
		hub.redirects = cdn.address;
		await pull({ environment: { HF_ENDPOINT: `${hub.address}/`, HF_TOKEN: 'secret' } });
		await cdn.close();
		expect(fetched().equals(weights)).toBe(true);
		expect(hub.seen.every(({ authorization }) => authorization === 'Bearer secret')).toBe(true);
		expect(cdn.seen.length).toBeGreaterThan(3);
		expect(cdn.seen.every(({ authorization }) => authorization === undefined)).toBe(true);
	});

	it('stops when it is told to, and goes on later', async () => {
		const stop = new AbortController();
		let release = () => {};
		misbehave('model.safetensors', {
			kind: 'hold',
			after: 70_000,
			until: new Promise<void>((resolve) => {
				release = resolve;
			}),
		});
		const onProgress = ({ file }: PullProgress) => file === 'model.safetensors' && stop.abort();
		await expect(pull({ signal: stop.signal, onProgress })).rejects.toThrow(/stopped; another time it goes on/);
		release();
		expect(pulledModel(name)).toBeUndefined();
		hub.seen.length = 0;
		await pull();
		expect(ranges()[0]).toMatch(/^bytes=\d+-$/);
		expect(fetched().equals(weights)).toBe(true);
	});

	it.each(['127.0.0.1', 'localhost'])('says at once what to do where nothing answers at a port of %s', async (host) => {
		const gone = await FakeHub.open({});
		const { port } = new URL(gone.address);
		await gone.close();
		const begun = performance.now();
		// With the waits of real use.
		const environment = { HF_ENDPOINT: `http://${host}:${port}` };
		await expect(pullModel(name, { environment })).rejects.toMatchObject({
			code: 'E_NETWORK',
			message: expect.stringMatching(
				/failed \(nothing answers there\); see that this machine is online, or set HF_ENDPOINT.*--offline.*file:/,
			),
		});
		expect(performance.now() - begun).toBeLessThan(5000);
		expect(readdirSync(join(root, 'models'))).toEqual([]);
	});

	it.each([
		[['ENOTFOUND'], 'there is no such host', 0],
		[['EAI_AGAIN'], 'its name cannot be looked up', 0],
		[['ENETUNREACH', 'ECONNREFUSED'], 'no network leads there', 0],
		// One address of two is slow, which may pass.
		[['ENETUNREACH', 'ETIMEDOUT'], 'it took too long', mostFailures - 1],
		[['ECONNRESET'], 'it was cut', mostFailures - 1],
	])('tries again only for what may pass: a first connection that fails with %j', async (codes, why, tries) => {
		const errors = codes.map((code) => Object.assign(new Error(code), { code }));
		const cause = errors.length > 1 ? new AggregateError(errors) : errors[0];
		const fetching = vi.spyOn(globalThis, 'fetch').mockRejectedValue(new TypeError('fetch failed', { cause }));
		await expect(pull()).rejects.toThrow(`failed (${why})`);
		fetching.mockRestore();
		expect(waits).toHaveLength(tries);
	});

	it('waits for a hub that was there and has gone', async () => {
		misbehave('model.safetensors', { kind: 'drop', after: 100_000 });
		// Nothing listens any more once the connection is cut, as where a machine loses its network.
		await expect(pull({ onRetry: () => void hub.close() })).rejects.toThrow(
			/failed \(nothing answers there\), 6 times in a row; see that this machine is online, and try again: it goes on/,
		);
		expect(waits.length).toBeGreaterThanOrEqual(mostFailures - 1);
	});

	it('reaches nothing offline', async () => {
		await expect(pull({ offline: true })).rejects.toThrow(/--offline or HF_HUB_OFFLINE says no/);
		await expect(pull({ environment: { HF_ENDPOINT: hub.address, HF_HUB_OFFLINE: '1' } })).rejects.toThrow(/OFFLINE/);
		expect(hub.seen).toEqual([]);
		await pull();
		hub.seen.length = 0;
		expect(await pull({ offline: true })).toMatchObject({ name });
		expect(hub.seen).toEqual([]);
	});

	it('says what there is no such thing as, and leaves no folder', async () => {
		await expect(pull({}, 'no/such')).rejects.toThrow(
			/^expected the model 'no\/such' of 127[\d.:]+, which refuses it \(401\): it does not exist, is private, or has conditions[^;]*; accept[^;]*HF_TOKEN to a token of yours$/,
		);
		await expect(pull({}, 'openai/clip-vit-base-patch23@v1')).rejects.toThrow(
			/the model 'openai\/clip-vit-base-patch23@v1' of .*did you mean 'openai\/clip-vit-base-patch32'\?$/,
		);
		await expect(pull({}, 'two words')).rejects.toThrow(/got 'two words'/);
		await expect(pull({ environment: { HF_ENDPOINT: 'nonsense' } })).rejects.toThrow(/HF_ENDPOINT as https:/);
		hub.repositories['tiny/texts'] = { 'config.json': text('{}') };
		await expect(pull({}, 'tiny/texts')).rejects.toThrow(/a model with weights .* in 'tiny\/texts', got none/);
		expect(readdirSync(join(root, 'models'))).toEqual([]);
		const { 'tokenizer.json': _, ...without } = files;
		hub.repositories[name] = without;
		hub.listing = (entries) => [...entries, { type: 'file', oid: 'd'.repeat(40), size: 3, path: 'tokenizer.json' }];
		await expect(pull()).rejects.toThrow(/tokenizer.json of .tiny\/model. from .*, but there is nothing \(404\)/);
	});

	it('refuses to fill the disk', async () => {
		hub.listing = (entries) => entries.map((e) => (e.path === 'model.safetensors' ? { ...e, size: 8e15 } : e));
		await expect(pull()).rejects.toThrow(/expected 8000000\.\d\d GB free in .* got .* GB; remove models/);
		expect(ranges()).toEqual([]);
	});

	it('takes no path from the listing that is more than a name, and no listing that is none', async () => {
		const sneaky = ['../../config.json', '/etc/config.json', 'sub/model.safetensors', '..\\config.json', '.hidden'];
		hub.listing = (entries) => [
			...sneaky.map((path) => ({ type: 'file', oid: 'd'.repeat(40), size: 3, path })),
			...entries,
		];
		await pull();
		expect(
			readdirSync(root, { recursive: true })
				.map(String)
				.filter((p) => p.endsWith('config.json'))
				.sort(),
		).toEqual([
			join('models', 'tiny--model', 'config.json'),
			join('models', 'tiny--model', 'preprocessor_config.json'),
		]);
		hub.listing = (entries) => entries.map((e) => ({ ...e, oid: '../../x' }));
		await expect(pull({}, 'tiny/tokenizer')).rejects.toThrow(/size and hash of tokenizer.json/);
		const many = Array.from({ length: 10_001 }, (_, i) => ({ type: 'directory', oid: 'b', size: 0, path: `${i}` }));
		hub.listing = () => many;
		hub.pageSize = 1000;
		await expect(pull()).rejects.toThrow(/at most 10000 files of 'tiny\/model'/);
		hub.commit = '../..';
		await expect(pull()).rejects.toThrow(/a commit of 'tiny\/model'/);
	});

	it('lets only one process at a time fetch a model', async () => {
		const first = pull();
		await expect(pull()).rejects.toThrow(/is being fetched/);
		await first;
	});

	it('fetches another revision beside the first, all of several files, and a tokenizer from elsewhere', async () => {
		await pull();
		hub.repositories[name] = {
			'config.json': files['config.json'],
			'model.safetensors.index.json': text('{"weight_map": {}}'),
			'model-00001-of-00002.safetensors': text('one'),
			'model-00002-of-00002.safetensors': text('two'),
			'vocab.json': text('{}'),
			'merges.txt': text('a b'),
		};
		const other = await pull({}, `${name}@refs/pr/1`);
		expect(hub.asked('/revision/refs%2Fpr%2F1')).toHaveLength(1);
		expect(other.weights).toBe('model.safetensors.index.json');
		expect(other.files.map((f) => f.name).sort()).toEqual(Object.keys(hub.repositories[name]!).sort());
		expect(pulledModels().map((m) => m.name)).toEqual([name, `${name}@refs/pr/1`]);
	});
});

describe('a model of a plain address', () => {
	const known = (sha256: string): KnownModel => ({
		name: 'Own-50',
		aliases: ['Own/50'],
		about: 'a file',
		source: { kind: 'url', url: `${hub.address}/tiny/file/resolve/main/Own-50.pt`, sha256 },
		tokenizer: 'tiny/tokenizer',
		bytes: weights.length,
		licence: 'MIT',
		resolution: 32,
		embedding: 8,
	});

	it('is fetched with the tokenizer of another, and compared with the sha256 that is known', async () => {
		hub.repositories['tiny/file'] = { 'Own-50.pt': weights };
		const models = [known(sha256Of(weights))];
		misbehave('Own-50.pt', { kind: 'ignore range' }, { kind: 'drop', after: 100_000 });
		const model = await pull({ models }, 'own/50');
		expect(model).toMatchObject({ name: 'Own-50', weights: 'Own-50.pt', licence: 'MIT' });
		expect(readdirSync(model.folder).sort()).toEqual(['Own-50.pt', 'atelier-model.json', 'tokenizer.json']);
		rmSync(model.folder, { recursive: true });
		await expect(pull({ models: [known('0'.repeat(64))] }, 'Own-50')).rejects.toThrow(/sha256 0{64}.*twice/);
	});

	it('whose host is out of reach is to be fetched by hand: the hub and its mirrors do not have it', async () => {
		const gone = await FakeHub.open({});
		const url = `${gone.address}/models/Own-50.pt`;
		await gone.close();
		const models = [{ ...known('0'.repeat(64)), source: { kind: 'url' as const, url, sha256: '0'.repeat(64) } }];
		await expect(pull({ models }, 'Own-50')).rejects.toThrow(
			new RegExp(
				`nothing answers there\\); see that this machine is online, or fetch ${url} on another.* folder/Own-50.pt`,
			),
		);
	});

	it('of a repository with one file of another name takes it, and the tokenizer that goes with it', async () => {
		hub.repositories['tiny/alone'] = { 'README.md': text('#'), 'alone_s0.pt': weights };
		const source = { kind: 'huggingface', repo: 'tiny/alone' } as const;
		const model = await pull({ models: [{ ...known(''), name: 'tiny/alone', aliases: [], source }] }, 'tiny/alone');
		expect(model.weights).toBe('alone_s0.pt');
		expect(model.files.map((f) => f.name)).toEqual(['tokenizer.json', 'alone_s0.pt']);
		expect(findEncoder('tiny/alone')).toBe(model.folder);
	});
});

describe('names', () => {
	it('find pulled models, folders, files and file: URLs alike', async () => {
		expect(() => findEncoder(name)).toThrow(/npx atelier models pull tiny\/model$/);
		await pull();
		expect(findEncoder(name)).toBe(folder());
		expect(findEncoder(folder())).toBe(folder());
		expect(findEncoder(pathToFileURL(folder()).href)).toBe(folder());
		const file = join(folder(), 'model.safetensors');
		expect(findEncoder(pathToFileURL(file).href)).toBe(file);
		expect(listEncoders().find((e) => e.name === name)).toMatchObject({ imageSize: 32, bytes: weights.length });
		expect(listEncoders(join(root, 'nowhere'))).toEqual([]);
		expect(removePulled(name)).toBeGreaterThan(weights.length);
		expect(existsSync(folder())).toBe(false);
		expect(() => removePulled(name)).toThrow(/was pulled, got 'tiny\/model'/);
		expect(() => findEncoder('vit-b/32')).toThrow(/'ViT-B-32' has not been fetched; .*models pull ViT-B-32$/);
		expect(() => findEncoder('file://elsewhere.example/x')).toThrow(/a URL like file:/);
	});

	it('of models of texts alone stand for them and the image tower that goes with them', async () => {
		const text = 'M-CLIP/XLM-Roberta-Large-Vit-B-32';
		const image = 'openai/clip-vit-base-patch32';
		expect(neededFor(text)).toEqual([text, image]);
		hub.repositories[text] = { ...files, 'sentencepiece.bpe.model': new Uint8Array(3) };
		hub.repositories[image] = files;
		const { folder } = await pull({}, text);
		expect(readdirSync(folder)).toContain('sentencepiece.bpe.model');
		expect(listEncoders().map((e) => e.name)).not.toContain(text);
		expect(() => placeOf(text)).toThrow(/npx atelier models pull openai\/clip-vit-base-patch32$/);
		const other = await pull({}, image);
		expect(placeOf(text)).toEqual({ path: folder, imagePath: other.folder });
		expect(placeOf(`${text}+${folder}`)).toEqual({ path: folder, imagePath: folder });
		expect(listEncoders().map((e) => e.name)).toContain(text);
	});

	it('that have one folder are told apart by its record', async () => {
		hub.repositories['tiny/a--b'] = files;
		hub.repositories['tiny--a/b'] = files;
		await pull({}, 'tiny/a--b');
		expect(pulledModel('tiny--a/b')).toBeUndefined();
		await pull({}, 'tiny--a/b');
		expect(pulledModel('tiny--a/b')).toMatchObject({ name: 'tiny--a/b' });
		expect(pulledModel('tiny/a--b')).toBeUndefined();
	});

	it('never lead out of the cache', () => {
		for (const bad of [
			'../x',
			'a/../b',
			'a/b@../c',
			'a/b@c/..',
			'/a/b',
			'a/b/c',
			'a\\b/c',
			'./a',
			'a/b@',
			'a/b@c@d',
			'',
		])
			expect(fetchable(bad), bad).toBeUndefined();
	});

	it('of the manifest are unlike each other, and its hashes are those of the addresses', () => {
		const all = knownModels().flatMap((m) => [m.name, ...m.aliases].map((n) => n.toLowerCase()));
		expect(new Set(all).size).toBe(all.length);
		for (const { source } of knownModels())
			if (source.kind === 'url') expect(source.url).toContain(`/${source.sha256}/`);
		for (const model of knownModels()) expect(fetchable(model.name)).toMatchObject({ name: model.name, known: model });
	});
});
