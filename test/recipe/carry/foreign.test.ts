/** @file The recipes of other programs, in files made as those programs make them. */

import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { exifTexts } from '../../../src/recipe/carry/exif.js';
import { embedRecipe, extractRecipe, pictureTexts, readForeign } from '../../../src/recipe/carry/index.js';
import { pngChunk } from '../../../src/recipe/carry/png.js';
import { withWebpMetadata } from '../../../src/recipe/carry/webp.js';
import { carried } from './samples.js';

const blank = sharp({ create: { width: 4, height: 4, channels: 3, background: '#fff' } });
const png = await blank.clone().png().toBuffer();
const jpeg = await blank.clone().jpeg().toBuffer();
const webp = await blank.clone().webp().toBuffer();

/** A PNG with chunks before its pixels, as Pillow writes them. */
function pngWith(...chunks: readonly Buffer[]): Buffer {
	const at = png.indexOf('IDAT') - 4;
	return Buffer.concat([png.subarray(0, at), ...chunks, png.subarray(at)]);
}
const tEXt = (key: string, text: string) => pngChunk('tEXt', Buffer.from(`${key}\0${text}`, 'latin1'));
const iTXt = (key: string, text: string) => pngChunk('iTXt', Buffer.from(`${key}\0\0\0\0\0${text}`));
const foreign = (bytes: Buffer) => readForeign(pictureTexts(bytes).others);

/** TIFF, little-endian, one directory, as piexif and Pillow write it; each value a text of one byte a character. */
function tiff(...entries: readonly (readonly [tag: number, type: number, value: Buffer])[]): Buffer {
	const head = Buffer.alloc(8 + 2 + 12 * entries.length + 4);
	head.write('II*\0', 0, 'latin1');
	head.writeUInt32LE(8, 4);
	head.writeUInt16LE(entries.length, 8);
	let at = head.length;
	entries.forEach(([tag, type, value], i) => {
		const entry = 10 + 12 * i;
		head.writeUInt16LE(tag, entry);
		head.writeUInt16LE(type, entry + 2);
		head.writeUInt32LE(type === 4 ? 1 : value.length, entry + 4);
		if (type === 4 || value.length <= 4) value.copy(head, entry + 8);
		else head.writeUInt32LE(at, entry + 8);
		if (type !== 4 && value.length > 4) at += value.length;
	});
	return Buffer.concat([head, ...entries.filter(([, type, v]) => type !== 4 && v.length > 4).map(([, , v]) => v)]);
}

/** The same texts in an EXIF directory inside: user comment in UTF-16, big-endian, as A1111 has it. */
function a1111Exif(text: string): Buffer {
	const comment = Buffer.concat([Buffer.from('UNICODE\0'), Buffer.from(text, 'utf16le').swap16()]);
	const pointer = Buffer.alloc(4);
	pointer.writeUInt32LE(26);
	const outer = tiff([0x8769, 4, pointer]);
	const inner = Buffer.alloc(18);
	inner.writeUInt16LE(1);
	inner.writeUInt16LE(0x9286, 2);
	inner.writeUInt16LE(7, 4);
	inner.writeUInt32LE(comment.length, 6);
	inner.writeUInt32LE(44, 10);
	expect(outer).toHaveLength(26);
	return Buffer.concat([outer, inner, comment]);
}

function jpegWith(exif: Buffer): Buffer {
	const length = Buffer.alloc(2);
	length.writeUInt16BE(exif.length + 8);
	return Buffer.concat([
		jpeg.subarray(0, 2),
		Buffer.from([0xff, 0xe1]),
		length,
		Buffer.from('Exif\0\0'),
		exif,
		jpeg.subarray(2),
	]);
}

const infotext = `a (red:1.3) fox, \\(best\\) <lora:fox:0.8>
Negative prompt: lowres, [text]
Steps: 25, Sampler: DPM++ 2M, CFG scale: 7, Seed: 12345, Size: 512x768, Model hash: 6ce0161689, Lora hashes: "fox: aa, b: cc"`;
const draft = {
	prompts: [{ text: 'a (red:1.3) fox, \\(best\\)', weight: 1 }],
	negative: [{ text: 'lowres, [text]', weight: -0.3 }],
	seed: 12345,
	steps: 25,
	size: [512, 768],
};

describe('A1111', () => {
	it.each([
		['PNG, tEXt', pngWith(tEXt('parameters', infotext))],
		['PNG, iTXt', pngWith(iTXt('parameters', infotext))],
		['PNG, zTXt', pngWith(pngChunk('zTXt', Buffer.concat([Buffer.from('parameters\0\0'), deflateSync(infotext)])))],
		[
			'PNG, iTXt, compressed',
			pngWith(pngChunk('iTXt', Buffer.concat([Buffer.from('parameters\0\x01\0\0\0'), deflateSync(infotext)]))),
		],
		['JPEG', jpegWith(a1111Exif(infotext))],
		['WebP', withWebpMetadata(webp, { EXIF: a1111Exif(infotext) })],
		[
			'WebP, with the prefix of JPEG',
			withWebpMetadata(webp, { EXIF: Buffer.concat([Buffer.from('Exif\0\0'), a1111Exif(infotext)]) }),
		],
	])('%s', (_, bytes) => {
		const read = foreign(bytes);
		expect(read).toMatchObject({ program: 'A1111 (Stable Diffusion web UI)', draft });
		expect(read?.notes).toContain('Sampler, CFG scale, Model hash, Lora hashes');
		expect(read?.notes.filter((n) => n.startsWith('tags or line breaks in'))).toHaveLength(1);
	});

	it('composed prompts become several, out of range becomes a note', () => {
		const text =
			'a cat AND (a dog) :0.5\nNegative prompt: (blue:0.5)\nSteps: 0, Seed: 99999999999, Size: 9x9999, X y: z';
		const read = foreign(pngWith(tEXt('parameters', text)));
		expect(read?.draft).toEqual({
			prompts: [
				{ text: 'a cat', weight: 1 },
				{ text: '(a dog)', weight: 0.5 },
			],
			negative: [{ text: 'blue', weight: -0.5 }],
		});
		expect(read?.notes.join('\n')).toMatch(/seed 99999999999.*\nsteps 0\nsize 9x9999.*\nX y$/);
	});

	it('no other text is taken for it', () => {
		expect(foreign(pngWith(tEXt('parameters', 'width=5')))).toBeUndefined();
		expect(foreign(png)).toBeUndefined();
	});
});

it('UTF-16 is told by its zeros, and a comment may lack its encoding', () => {
	const text = 'a fox — лиса';
	const comment = (value: Buffer) => exifTexts(tiff([0x9286, 7, value])).comment;
	const utf16 = Buffer.from(text, 'utf16le');
	expect(comment(Buffer.concat([Buffer.from('UNICODE\0'), utf16]))).toBe(text);
	expect(comment(Buffer.concat([Buffer.from('UNICODE\0'), Buffer.from(utf16).swap16()]))).toBe(text);
	expect(comment(Buffer.from(`ASCII\0\0\0${text}`))).toBe(text);
	expect(comment(Buffer.from(text))).toBe(text);
	expect(comment(Buffer.from('abc'))).toBe('abc');
});

describe('InvokeAI', () => {
	it('PNG', () => {
		const metadata = {
			generation_mode: 'sdxl_txt2img',
			positive_prompt: 'a lighthouse',
			negative_prompt: 'fog',
			width: 1024,
			height: 768,
			seed: 1755233,
			cfg_scale: 7.5,
			steps: 30,
			scheduler: 'dpmpp_2m_sde_k',
			model: { key: 'k', hash: 'h', name: 'n', base: 'sdxl', type: 'main' },
			strength: null,
			app_version: '5.6.0',
		};
		const read = foreign(pngWith(tEXt('invokeai_metadata', JSON.stringify(metadata)), tEXt('invokeai_graph', '{}')));
		expect(read).toEqual({
			program: 'InvokeAI',
			draft: {
				prompts: [{ text: 'a lighthouse', weight: 1 }],
				negative: [{ text: 'fog', weight: -0.3 }],
				seed: 1755233,
				steps: 30,
				size: [1024, 768],
			},
			notes: ['generation_mode, cfg_scale, scheduler, model, app_version'],
		});
	});
});

describe('ComfyUI', () => {
	const basic = {
		3: {
			class_type: 'KSampler',
			inputs: {
				seed: 8566257,
				steps: 20,
				cfg: 8,
				denoise: 1,
				model: ['4', 0],
				positive: ['6', 0],
				negative: ['7', 0],
				latent_image: ['5', 0],
			},
		},
		4: { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: 'v1-5.safetensors' } },
		5: { class_type: 'EmptyLatentImage', inputs: { width: 512, height: 640, batch_size: 1 } },
		6: { class_type: 'CLIPTextEncode', inputs: { text: 'a glass bottle', clip: ['4', 1] } },
		7: { class_type: 'CLIPTextEncode', inputs: { text: 'watermark', clip: ['4', 1] } },
		9: { class_type: 'SaveImage', inputs: { filename_prefix: 'ComfyUI', images: ['8', 0] } },
	};
	const read = (graph: object) =>
		foreign(pngWith(tEXt('prompt', JSON.stringify(graph)), tEXt('workflow', '{"nodes":[]}')));
	const expected = {
		prompts: [{ text: 'a glass bottle', weight: 1 }],
		negative: [{ text: 'watermark', weight: -0.3 }],
		seed: 8566257,
		steps: 20,
		size: [512, 640],
	};

	it('the default graph', () => {
		expect(read(basic)).toMatchObject({ program: 'ComfyUI', draft: expected });
		expect(read(basic)?.notes).toEqual(['KSampler, CheckpointLoaderSimple, SaveImage']);
	});

	it('texts and seeds behind other nodes', () => {
		expect(
			read({
				...basic,
				3: { ...basic[3], inputs: { ...basic[3].inputs, seed: ['11', 0], positive: ['12', 0], negative: ['12', 1] } },
				6: { ...basic[6], inputs: { ...basic[6].inputs, text: ['10', 0] } },
				10: { class_type: 'PrimitiveString', inputs: { value: 'a glass bottle' } },
				11: { class_type: 'PrimitiveInt', inputs: { value: 8566257 } },
				12: { class_type: 'ControlNetApplyAdvanced', inputs: { positive: ['6', 0], negative: ['7', 0], strength: 1 } },
			})?.draft,
		).toEqual(expected);
	});

	it('a sampler with noise, guider and sigmas of their own', () => {
		const graph = {
			13: {
				class_type: 'SamplerCustomAdvanced',
				inputs: { noise: ['25', 0], guider: ['22', 0], sigmas: ['17', 0], latent_image: ['27', 0] },
			},
			17: { class_type: 'BasicScheduler', inputs: { scheduler: 'simple', steps: 20, denoise: 1 } },
			22: { class_type: 'BasicGuider', inputs: { model: ['30', 0], conditioning: ['26', 0] } },
			25: { class_type: 'RandomNoise', inputs: { noise_seed: 219670 } },
			26: { class_type: 'FluxGuidance', inputs: { guidance: 3.5, conditioning: ['6', 0] } },
			27: { class_type: 'EmptySD3LatentImage', inputs: { width: 1024, height: 1024 } },
			6: { class_type: 'CLIPTextEncode', inputs: { text: 'an anime girl' } },
		};
		expect(read(graph)?.draft).toEqual({
			prompts: [{ text: 'an anime girl', weight: 1 }],
			seed: 219670,
			steps: 20,
			size: [1024, 1024],
		});
	});

	it('in the tags of a WebP', () => {
		const exif = tiff(
			[0x010f, 2, Buffer.from('workflow:{"nodes":[]}\0')],
			[0x0110, 2, Buffer.from(`prompt:${JSON.stringify(basic)}\0`)],
		);
		expect(foreign(withWebpMetadata(webp, { EXIF: exif }))).toMatchObject({ program: 'ComfyUI', draft: expected });
	});

	it('circles, strange nodes and a workflow alone give what there is', () => {
		const circle = {
			a: { class_type: 'K', inputs: { positive: ['b', 0], latent_image: ['a', 0] } },
			b: { class_type: 'C', inputs: { conditioning: ['b', 0] } },
		};
		expect(read(circle)).toMatchObject({ draft: {}, notes: ['K, C'] });
		expect(foreign(pngWith(tEXt('workflow', '{}')))).toMatchObject({ program: 'ComfyUI', draft: {} });
		expect(foreign(pngWith(tEXt('prompt', '{"a":null,"b":{"class_type":1}}')))).toBeUndefined();
	});
});

describe('Fooocus', () => {
	const settings = {
		prompt: 'a cabin',
		negative_prompt: '',
		full_prompt: ['a cabin', 'cinematic still'],
		resolution: '(1152, 896)',
		seed: '4056291',
		steps: 30,
		base_model: 'juggernaut',
		metadata_scheme: 'fooocus',
	};
	const expected = {
		program: 'Fooocus',
		draft: { prompts: [{ text: 'a cabin', weight: 1 }], seed: 4056291, steps: 30, size: [1152, 896] },
	};

	it('JSON in PNG, and in the first directory of EXIF', () => {
		const text = JSON.stringify(settings);
		expect(foreign(pngWith(tEXt('parameters', text), tEXt('fooocus_scheme', 'fooocus')))).toMatchObject(expected);
		const exif = tiff(
			[0x0131, 2, Buffer.from('Fooocus v2.5.5\0')],
			[0x9286, 2, Buffer.from(`${text}\0`)],
			[0x927c, 2, Buffer.from('fooocus\0')],
		);
		expect(foreign(jpegWith(exif))).toMatchObject({ ...expected, notes: ['base_model'] });
	});

	it("A1111's scheme", () => {
		const bytes = pngWith(tEXt('parameters', infotext), tEXt('fooocus_scheme', 'a1111'));
		expect(foreign(bytes)).toMatchObject({ program: 'Fooocus', draft });
	});
});

describe('pixray', () => {
	it('PNG', () => {
		const args = {
			prompts: 'an extremely hairy panda|blue:-0.5',
			drawer: 'pixel',
			iterations: '300',
			size: '[256, 144]',
			seed: 'None',
			seed_used: '1664',
		};
		const chunks = Object.entries(args).map(([key, value]) => tEXt(`pixray_${key}`, value));
		expect(foreign(pngWith(tEXt('Software', 'pixray (e61458c)'), ...chunks))).toEqual({
			program: 'pixray',
			draft: {
				prompts: [
					{ text: 'an extremely hairy panda', weight: 1 },
					{ text: 'blue', weight: -0.5 },
				],
				seed: 1664,
				steps: 300,
				size: [256, 144],
			},
			notes: ['pixray_drawer'],
		});
	});
});

it('a foreign picture that has become ours is ours, and its other keys stay', () => {
	const bytes = embedRecipe(pngWith(tEXt('prompt', '{}'), tEXt('parameters', infotext)), 'png', carried);
	expect(extractRecipe(bytes)).toEqual(carried);
	const { others } = pictureTexts(bytes);
	expect(others.get('prompt')).toBe('{}');
	expect(others.get('parameters')).toMatch(/^a red heart/);
});
