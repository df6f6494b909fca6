/** @file Which icon sets and icons go into the corpus, by licence and style, and the notice that names them. */

import { describe, expect, it } from 'vitest';
import { ConceptMatcher } from '../../../src/training/corpus/concepts.js';
import { candidates, chooseSets } from '../../../src/training/corpus/iconify.js';
import { noticeText } from '../../../src/training/corpus/notice.js';
import { isGlyphSet, licenceAllowed } from '../../../src/training/corpus/sources.js';

const matcher = new ConceptMatcher([{ name: 'heart', also: ['red heart'], exact: true }, { name: 'tree' }]);
const icons = (...names: string[]) => Object.fromEntries(names.map((name) => [name, { body: `<path d="${name}"/>` }]));
const set = (prefix: string, names: string[], more: object = {}) => ({
	prefix,
	info: { name: prefix, license: { title: 'MIT', spdx: 'MIT' } },
	icons: icons(...names),
	...more,
});

describe('licences', () => {
	it('let the model be given away', () => {
		for (const yes of ['MIT', 'Apache-2.0', 'ISC', 'CC0-1.0', 'CC-BY-4.0', 'CC-BY-3.0', 'OFL-1.1', 'Public Domain'])
			expect(licenceAllowed(yes), yes).toBe(true);
		for (const no of [
			'CC-BY-SA-4.0',
			'CC-BY-NC-4.0',
			'CC-BY-NC-SA-4.0',
			'GPL-3.0',
			'GPL-2.0-or-later',
			'MPL-2.0',
			'',
			undefined,
		])
			expect(licenceAllowed(no), String(no)).toBe(false);
	});

	it('decide which sets are taken, by category too', () => {
		const license = { spdx: 'MIT' };
		expect(isGlyphSet('tabler', { category: 'UI 24px', license })).toBe(true);
		expect(isGlyphSet('entypo', { category: 'UI', license: { spdx: 'CC-BY-SA-4.0' } })).toBe(false);
		expect(isGlyphSet('simple-icons', { category: 'Logos', license: { spdx: 'CC0-1.0' } })).toBe(false);
		expect(isGlyphSet('fa-brands', { category: 'Archive / Unmaintained', license })).toBe(false);
		expect(isGlyphSet('circle-flags', { category: 'Flags / Maps', palette: true, license })).toBe(false);
		expect(isGlyphSet('unknown', { category: 'UI' })).toBe(false);
	});

	it('drop a named set whose licence has changed, and keep openmoji for evaluation only', () => {
		const chosen = chooseSets({
			noto: { license: { spdx: 'Apache-2.0' }, palette: true },
			twemoji: { license: { spdx: 'CC-BY-NC-4.0' } },
			openmoji: { license: { spdx: 'CC-BY-SA-4.0' }, category: 'Emoji', palette: true },
			'emojione-v1': { license: { spdx: 'CC-BY-SA-4.0' }, category: 'Emoji', palette: true },
		}).map(([prefix]) => prefix);
		expect(chosen).toEqual(['noto', 'openmoji']);
	});

	it('hold out other sets, with what draws the same originals, last; openmoji is then trained on', () => {
		const free = { license: { spdx: 'MIT' }, palette: true };
		const shared = { license: { spdx: 'CC-BY-SA-4.0' }, category: 'Emoji', palette: true };
		const all = {
			noto: free,
			'fluent-emoji': free,
			'fluent-emoji-flat': free,
			tabler: { license: { spdx: 'MIT' } },
			openmoji: shared,
			'emojione-v1': shared,
		};
		expect(chooseSets(all)).toEqual([
			['noto', 'emoji', false],
			['fluent-emoji-flat', 'emoji', false],
			['fluent-emoji', 'emoji', false],
			['tabler', 'glyph', false],
			['openmoji', 'emoji', true],
		]);
		expect(chooseSets(all, ['fluent-emoji', 'emojione-v1'])).toEqual([
			['noto', 'emoji', false],
			['tabler', 'glyph', false],
			['openmoji', 'emoji', false],
			['fluent-emoji', 'emoji', true],
			['emojione-v1', 'emoji', true],
		]);
		expect(() => chooseSets(all, ['twemojis'])).toThrow(
			expect.objectContaining({ code: 'E_ARGUMENT', message: expect.stringMatching(/'twemojis'.*twemoji/) }),
		);
		for (const heldOut of [true, false])
			expect(candidates(set('noto', ['tree']), 'emoji', matcher, new Map(), heldOut)[0]?.heldOut).toBe(heldOut);
	});

	it('are written into the notice, evaluation apart', () => {
		const source = { title: 'Noto', package: '@iconify/json', version: '1.2.3', licence: 'Apache-2.0', images: 7 };
		const sources = [
			{ ...source, name: 'noto' },
			{ ...source, name: 'openmoji', title: 'OpenMoji', author: 'HfG, https://example.com', licence: 'CC-BY-SA-4.0' },
		];
		const images = (heldOut: boolean) => [
			{ source: 'noto', heldOut: false },
			{ source: 'openmoji', heldOut },
		];
		const text = noticeText(sources, images(true));
		expect(text).toContain('Noto (noto), Apache-2.0, 7 pictures; from @iconify/json 1.2.3');
		expect(text).toContain('OpenMoji (openmoji) by HfG, https://example.com, CC-BY-SA-4.0, 7 pictures');
		expect(text.indexOf('OpenMoji')).toBeGreaterThan(text.indexOf('never for training'));
		expect(text).not.toContain('Share-alike');
		const judge = noticeText(sources, images(false));
		expect(judge.indexOf('OpenMoji')).toBeLessThan(judge.indexOf('never for training'));
		expect(judge).toContain('Share-alike licences among them: openmoji.');
	});
});

describe('icons of a set', () => {
	it('goes by character map where there is one, else by exact name', () => {
		const mapped = set('noto', ['2764', 'deciduous-tree', 'heart-light-skin-tone'], { chars: { '2764-fe0f': '2764' } });
		const found = candidates(mapped, 'emoji', matcher, new Map([['2764', 'red heart']]));
		expect(found.map(({ name, concept }) => [name, concept])).toEqual([['2764', 0]]);
		const named = set('fxemoji', ['redheart', 'tree', 'treehouse']);
		expect(candidates(named, 'emoji', matcher, new Map()).map(({ name }) => name)).toEqual(['redheart', 'tree']);
	});

	it('keeps one grid size of a glyph, two styles at most, and nothing hidden', () => {
		const names = [
			'heart-16-filled',
			'heart-24-filled',
			'heart-24-regular',
			'heart-24-rounded',
			'heart-24-sharp',
			'old-tree',
		];
		const glyphs = set('fluent', names);
		glyphs.icons['old-tree'] = { body: '', hidden: true } as (typeof glyphs.icons)[string];
		const found = candidates(glyphs, 'glyph', matcher, new Map());
		expect(found).toHaveLength(2);
		expect(found.some(({ name }) => name.includes('16'))).toBe(false);
	});

	it('writes a black SVG with its own view box', () => {
		const [image] = candidates({ ...set('a', ['tree']), width: 20, height: 10 }, 'glyph', matcher, new Map());
		expect(image?.svg).toMatch(/^<svg [^>]*color="#000" width="120" height="60" viewBox="0 0 20 10"><path/);
	});
});
