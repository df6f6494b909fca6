/** @file Attacks, none of which may change, read, stop or slow anything. */

import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Body, small, startStudio, TestStudio } from './studio.js';

let studio: TestStudio;
beforeAll(async () => {
	studio = await TestStudio.open();
	await studio.post('/queue', { command: 'pause' });
});
afterAll(() => studio.close());
// Whatever was tried, it is still there, and nothing waits.
afterEach(async () => {
	expect((await studio.get('/health')).body.status).toBe('ok');
	expect((await studio.get('/queue')).body.runs).toEqual([]);
});

const run = () => ({ recipe: small() });

describe('pages of other sites', () => {
	it('cannot post, nor read', async () => {
		for (const origin of ['http://evil.example', 'null', `http://localhost:1`, studio.base.replace('http', 'https')]) {
			const { status, body, headers } = await studio.post('/runs', run(), { origin });
			expect([status, body.code]).toEqual([403, 'E_FORBIDDEN']);
			expect(headers.get('access-control-allow-origin')).toBeNull();
			expect((await studio.get('/outputs', { origin })).status).toBe(403);
		}
		for (const site of ['cross-site', 'same-site'])
			expect((await studio.get('/outputs', { 'sec-fetch-site': site })).status).toBe(403);
		const visit = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
		expect((await studio.get('/outputs', visit)).status).toBe(403);
		expect((await studio.get('/outputs', { origin: studio.base })).status).toBe(200);
	});

	it('cannot send forms', async () => {
		const types = ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', ''];
		for (const type of types) {
			const { status, body } = await studio.post('/runs', run(), { 'content-type': type });
			expect([status, body.code]).toEqual([415, 'E_MEDIA_TYPE']);
		}
		expect((await studio.ask('POST', '/queue')).body.code).toBe('E_MEDIA_TYPE');
	});

	it('cannot open sockets, by either transport', async () => {
		for (const transport of ['websocket', 'polling']) {
			const extraHeaders = { origin: 'http://evil.example' };
			await expect(studio.connect({ transports: [transport], extraHeaders })).rejects.toThrow();
		}
		const answer = await fetch(`${studio.base}/socket.io/?EIO=4&transport=polling`, {
			headers: { origin: 'http://evil.example' },
		});
		expect(answer.status).toBe(403);
	});

	it('cannot take another name for this machine', async () => {
		for (const host of [
			'evil.example',
			`evil.example:${studio.running.port}`,
			'localhost',
			'127.0.0.1:1',
			'localhost:80@evil',
		]) {
			const { status, body } = await studio.raw('/api/v1/outputs', { host });
			expect([status, JSON.parse(body).code], host).toEqual([403, 'E_FORBIDDEN']);
		}
		const named = await studio.raw('/api/v1/health', { host: `localhost:${studio.running.port}` });
		expect(named.status).toBe(200);
		// A name that points here, and its own origin.
		const rebound = {
			host: `evil.example:${studio.running.port}`,
			origin: `http://evil.example:${studio.running.port}`,
		};
		expect((await studio.raw('/api/v1/health', rebound)).status).toBe(403);
	});
});

it('headers leave a page nothing to run', async () => {
	const { headers } = await studio.get('/health');
	const policy = headers.get('content-security-policy')!;
	expect(policy).toContain("script-src 'self'");
	expect(policy).not.toMatch(/unsafe-eval|script-src[^;]*unsafe|https?:|\*/);
	expect(headers.get('x-content-type-options')).toBe('nosniff');
	expect(headers.get('x-powered-by')).toBeNull();
});

it('ids lead nowhere else', async () => {
	const ids = [
		'..',
		'../..',
		'..%2f..%2fetc%2fpasswd',
		'%2e%2e%2f%2e%2e',
		'.studio',
		'.studio%2fuploads',
		'a%00b',
		'~',
		'a~..~..',
		'%5c..%5c',
		'x'.repeat(5000),
	];
	for (const id of ids)
		for (const path of [
			`/runs/${id}`,
			`/runs/${id}/frames/1`,
			`/outputs/${id}`,
			`/outputs/${id}/image`,
			`/outputs/${id}/export?format=png`,
			`/uploads/${id}`,
			`/presets/${id}`,
			`/presets/${id}/thumbnail`,
		]) {
			const { status, body } = await studio.raw(`/api/v1${path}`, {});
			expect([400, 404, 431], `${path}: ${body}`).toContain(status);
			expect(body).not.toMatch(/root:|journal|"is":/);
		}
	for (const path of [
		'/../package.json',
		'/..%2f..%2f..%2fpackage.json',
		'/assets/..%2f..%2f..%2fpackage.json',
		'//etc/passwd',
	])
		expect((await studio.raw(path, {})).status, path).toBeGreaterThanOrEqual(400);
	for (const command of [
		{ command: 'cancel', ids: ['../../x'] },
		{ command: 'move', id: '../x', position: 0 },
	])
		expect((await studio.post('/queue', command)).status).toBe(400);
});

it('recipes name no files and no folders', async () => {
	const bad = [
		{ images: [{ path: '/etc/passwd' }] },
		{ images: [{ path: 'upload:../../x' }] },
		{ images: [{ path: `upload:${'0'.repeat(64)}` }] },
		{ encoder: { name: '/tmp' } },
		{ encoder: { name: '../models/builtin' } },
		{ engine: { threads: 200 } },
		{ engine: { threads: 1, providers: ['/tmp/evil.so'] } },
		{ steps: 100_000 },
		{ strokes: { paths: 9000 } },
		{ size: [4096, 4096] },
	];
	for (const part of bad) {
		const { status, body } = await studio.post('/runs', { recipe: { ...small(), ...part } });
		expect([status, body.code], JSON.stringify(part)).toEqual([400, 'E_RECIPE']);
		expect((await studio.post('/presets', { name: 'evil', title: 'x', recipe: { ...small(), ...part } })).status).toBe(
			400,
		);
	}
	const json = Buffer.from(JSON.stringify({ ...small(), images: [{ path: '../../../../etc/passwd' }] }));
	const read = await studio.post('/recipes/read', new Uint8Array(json), {
		'content-type': 'application/octet-stream',
		'x-file-name': '../../evil.json',
	});
	expect(JSON.stringify(read.body)).not.toContain('/etc');
});

it('bodies are neither large, nor packed, nor poisoned', async () => {
	const headers = { 'content-type': 'application/json' };
	const raw = (body: string | Uint8Array, more = {}) =>
		fetch(`${studio.base}/api/v1/runs`, { method: 'POST', body: body as Body, headers: { ...headers, ...more } });
	expect((await raw(`{"recipe":"${'x'.repeat(2 << 20)}"}`)).status).toBe(413);
	expect((await raw(gzipSync(JSON.stringify(run())), { 'content-encoding': 'gzip' })).status).toBe(415);
	const poisons = [
		'{"recipe":{"__proto__":{"steps":1},"prompts":"x"}}',
		'{"recipe":{"constructor":{"prototype":{"x":1}}}}',
		'{"__proto__":{"recipe":{}}}',
		'{',
		'[]',
		'null',
		'"x"',
		`${'['.repeat(50_000)}`,
		`{"recipe":${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}}`,
	];
	for (const poison of poisons) {
		const answer = await raw(poison);
		expect(answer.status, poison.slice(0, 60)).toBe(400);
		expect(answer.headers.get('content-type')).toContain('application/problem+json');
	}
	expect(({} as { steps?: number }).steps).toBeUndefined();
});

it('pictures are pictures, and of a size', async () => {
	const upload = (bytes: Uint8Array, type = 'image/png') => studio.post('/uploads', bytes, { 'content-type': type });
	const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>');
	for (const type of ['image/svg+xml', 'image/png']) expect((await upload(svg, type)).body.code).toBe('E_IMAGE');
	const picture = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#fff' } })
		.png()
		.toBuffer();
	expect((await upload(picture.subarray(0, picture.length - 20))).body.code).toBe('E_IMAGE');
	expect((await upload(bomb(30_000, 30_000))).body.code).toBe('E_IMAGE');
	expect((await upload(Buffer.from('<html>'))).body.code).toBe('E_IMAGE');
	expect((await upload(new Uint8Array(33 << 20))).status).toBe(413);
	const known = await upload(picture, 'image/gif');
	expect(known.status).toBe(201);
	// What it is says its bytes, not who sent it.
	const { headers } = await studio.get(`/uploads/${known.body.id}`);
	expect(headers.get('content-type')).toBe('image/png');
	expect(headers.get('content-security-policy')).toContain('sandbox');
	expect(readdirSync(join(studio.outputs, '.studio', 'uploads'))).toHaveLength(1);
	// Recipes that grow when they are unpacked.
	const link = `#r=${deflateRawSync(Buffer.alloc(30 << 20)).toString('base64url')}`;
	expect((await studio.post('/recipes/read', { link: link.slice(0, 90_000) })).body.code).toBe('E_RECIPE');
});

/** A PNG of a few kilobytes whose header promises far more pixels. */
function bomb(width: number, height: number): Buffer {
	const chunk = (type: string, data: Buffer) => {
		const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
		const head = Buffer.alloc(4);
		head.writeUInt32BE(data.length);
		const sum = Buffer.alloc(4);
		sum.writeUInt32BE(crc(body));
		return Buffer.concat([head, body, sum]);
	};
	const header = Buffer.alloc(13);
	header.writeUInt32BE(width);
	header.writeUInt32BE(height, 4);
	header.set([1, 0, 0, 0, 0], 8);
	return Buffer.concat([
		Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
		chunk('IHDR', header),
		chunk('IDAT', deflateSync(Buffer.alloc(1 << 20))),
		chunk('IEND', Buffer.alloc(0)),
	]);
}

function crc(bytes: Buffer): number {
	let c = ~0;
	for (const b of bytes) {
		c ^= b;
		for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
	}
	return ~c >>> 0;
}

it('sockets take what is well formed only', async () => {
	const client = await studio.connect();
	// biome-ignore lint/suspicious/noExplicitAny: what a stranger may send
	const loose = client as any;
	for (const payload of [undefined, 7, {}, [], '../..', '__proto__', 'x'.repeat(5000), Buffer.from('x')]) {
		const answer = await loose.timeout(5000).emitWithAck('watch', payload);
		expect(answer.code, String(payload).slice(0, 20)).toBe('E_NOT_FOUND');
	}
	loose.emit('watch');
	loose.emit('watch', 'x', 'no function');
	loose.emit('unwatch', { a: 1 });
	loose.emit('nonsense', new Uint8Array(100));
	const gone = new Promise((resolve) => client.once('disconnect', resolve));
	loose.emit('watch', 'x'.repeat(1 << 20), () => {});
	await gone;
});

describe('with a token', () => {
	const token = 'correct-horse-battery';
	let guarded: TestStudio;
	beforeAll(async () => {
		guarded = await TestStudio.open({ token });
	});
	afterAll(() => guarded.close());

	it('nothing is told without it; it becomes a cookie', async () => {
		expect((await guarded.get('/health')).body.code).toBe('E_TOKEN');
		await expect(guarded.connect()).rejects.toThrow();
		expect((await guarded.get('/health', { authorization: `Bearer ${token}` })).status).toBe(200);
		const visit = await fetch(`${guarded.base}/docs?token=${token}`, { redirect: 'manual' });
		expect(visit.status).toBe(303);
		expect(visit.headers.get('location')).toBe('/docs');
		const cookie = visit.headers.get('set-cookie')!;
		expect(cookie).toMatch(/HttpOnly/i);
		expect(cookie).toMatch(/SameSite=Strict/i);
		const kept = { cookie: cookie.split(';')[0]! };
		expect((await guarded.get('/health', kept)).status).toBe(200);
		(await guarded.connect({ extraHeaders: kept })).disconnect();
		// No open redirect.
		const away = await guarded.raw(`//evil.example/?token=${token}`, {});
		expect(away.location ?? '/').toMatch(/^\/(?!\/)/);
	});

	it('guessing is slow', async () => {
		const codes: string[] = [];
		for (let i = 0; i < 14; i++)
			codes.push((await guarded.get('/health', { authorization: `Bearer guess-${i}` })).body.code);
		expect(codes.slice(0, 9)).toEqual(Array(9).fill('E_TOKEN'));
		expect(codes.at(-1)).toBe('E_RATE');
		// Even the right one, or it could be found by trying.
		expect((await guarded.get('/health', { authorization: `Bearer ${token}` })).body.code).toBe('E_RATE');
	});

	it('other hosts always have one, and short ones are refused', async () => {
		const outputs = mkdtempSync(join(tmpdir(), 'atelier-token-'));
		const open = await startStudio({ outputs, port: 0, host: '0.0.0.0', welcome: false });
		expect(open.url).toMatch(/\?token=[\w-]{32}$/);
		expect((await fetch(`http://127.0.0.1:${open.port}/api/v1/health`)).status).toBe(401);
		await open.close();
		await expect(startStudio({ outputs, port: 0, token: 'short' })).rejects.toThrow(/at least 16/);
		expect(existsSync(join(outputs, '.studio', 'lock'))).toBe(false);
		rmSync(outputs, { recursive: true, force: true });
	});
});
