/** @file Encoders of the studio: which there are, fetching one from a hub on this machine, and drawing with it. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { DownloadNews, EncoderInfo } from '../../../studio/protocol.js';
import { FakeHub } from '../../encoders/hub/fake-hub.js';
import { tinyModel } from '../../encoders/hub/tiny-model.js';
import { type Client, small, TestStudio } from './studio.js';

const name = 'wkcn/TinyCLIP-ViT-8M-16-Text-3M-YFCC15M';
const other = 'openai/clip-vit-base-patch32';
const address = (encoder: string) => `/encoders/${encodeURIComponent(encoder)}/download`;

const root = mkdtempSync(join(tmpdir(), 'atelier-studio-encoders-'));
let hub: FakeHub;
let studio: TestStudio;
let client: Client;
const before = { ...process.env };
beforeAll(async () => {
	hub = await FakeHub.open({ [name]: tinyModel, [other]: tinyModel });
	// Threads take their environment from here.
	process.env.ATELIER_CACHE = root;
	process.env.HF_ENDPOINT = hub.address;
	studio = await TestStudio.open();
	client = await studio.connect();
});
afterAll(async () => {
	await studio.close();
	await hub.close();
	for (const key of ['ATELIER_CACHE', 'HF_ENDPOINT', 'HF_HUB_OFFLINE'])
		if (before[key] === undefined) delete process.env[key];
		else process.env[key] = before[key];
	rmSync(root, { recursive: true, force: true });
});

const info = async (encoder = name): Promise<EncoderInfo> => {
	const { body } = await studio.get('/encoders');
	return (body.encoders as EncoderInfo[]).find((e) => e.name === encoder)!;
};
/** All news of a download, up to its end. */
const newsOf = (encoder: string) =>
	new Promise<DownloadNews[]>((resolve) => {
		const all: DownloadNews[] = [];
		const listen = (news: DownloadNews) => {
			if (news.source !== encoder) return;
			all.push(news);
			if (!news.problem && news.current_bytes !== news.total_bytes) return;
			client.off('download', listen);
			resolve(all);
		};
		client.on('download', listen);
	});

it('lists what is here and what could be; nothing is fetched that is not known', async () => {
	expect(await info('builtin')).toMatchObject({ present: true, downloadable: false });
	expect(await info()).toMatchObject({ present: false, downloadable: true, imageSize: 224, speed: 'fast' });
	expect(JSON.stringify((await studio.get('/encoders')).body)).not.toContain(root);
	expect((await studio.post(address('builtin'), {})).status).toBe(409);
	for (const unknown of ['tiny/other', '../x', 'a/b/c', 'nothing'])
		expect((await studio.post(address(unknown), {})).status, unknown).toBe(404);
	expect(hub.seen).toEqual([]);
	const { status, body } = await studio.post('/runs', { recipe: small(2, { encoder: { name } }) });
	expect([status, body.detail]).toEqual([
		400,
		expect.stringMatching(/encoder that is here, got 'wkcn.*download it first/),
	]);
});

it('says why a download failed, goes on with it, says how far it is, and draws with it', async () => {
	const weights = tinyModel['model.safetensors']!;
	hub.faults.set('model.safetensors', [{ kind: 'corrupt' }, { kind: 'corrupt' }]);
	let news = newsOf(name);
	expect((await studio.post(address(name), {})).status).toBe(202);
	const { problem } = (await news).at(-1)!;
	expect(problem).toMatchObject({
		code: 'E_NETWORK',
		detail: expect.stringMatching(/model.safetensors with the sha256/),
	});
	expect(await info()).toMatchObject({ present: false, downloadable: true });

	let release = () => {};
	const until = new Promise<void>((resolve) => {
		release = resolve;
	});
	hub.faults.set('model.safetensors', [{ kind: 'hold', after: weights.length / 2, until }]);
	news = newsOf(name);
	const first = new Promise<DownloadNews>((resolve) => client.once('download', resolve));
	await studio.post(address(name), {});
	// Asked for twice, it is fetched once.
	expect((await studio.post(address(name), {})).status).toBe(202);
	const half = await first;
	expect(half.current_bytes).toBeLessThan(half.total_bytes!);
	expect((await info()).download).toMatchObject({ total_bytes: half.total_bytes });
	release();
	const last = (await news).at(-1)!;
	expect(last).toMatchObject({ current_bytes: half.total_bytes, total_bytes: half.total_bytes });
	expect(last.problem).toBeUndefined();
	expect(await info()).toMatchObject({ present: true, downloadable: false });

	const others = [{ name: 'builtin' }];
	const { id } = await studio.draw(small(2, { prompts: 'abc', canvas: 32, size: [32, 32], encoder: { name, others } }));
	const { recipe, scores } = await studio.until(id, 'done');
	expect(recipe.encoder).toMatchObject({ name, hash: expect.any(String), others: [{ name: 'builtin' }] });
	expect(scores).toHaveLength(1);
});

it('offers nothing offline, and a closing studio ends its downloads', async () => {
	process.env.HF_HUB_OFFLINE = '1';
	expect(await info(other)).toMatchObject({ downloadable: false });
	expect(await studio.post(address(other), {})).toMatchObject({
		status: 409,
		body: { detail: expect.stringMatching(/offline/) },
	});
	delete process.env.HF_HUB_OFFLINE;
	hub.faults.set('model.safetensors', [{ kind: 'hang' }]);
	const second = await TestStudio.open();
	await second.post(address(other), {});
	await expect.poll(() => hub.asked(`${other}/resolve/`).some(({ path }) => path.endsWith('safetensors'))).toBe(true);
	await second.close();
	expect(await info(other)).toMatchObject({ present: false });
});
