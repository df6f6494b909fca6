/** @file The packages that corpora are built from, in small: in the places where npm puts them. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { corpusPackages } from '../../../src/training/corpus/fetch.js';

/** Write a file of a package. */
export function putPackageFile(cache: string, path: string, contents: string): void {
	const file = join(cache, 'node_modules', path);
	mkdirSync(join(file, '..'), { recursive: true });
	writeFileSync(file, contents);
}

const disc = (color: string) => `<circle cx="8" cy="8" r="6" fill="${color}"/>`;

/** A cache of four tiny sets, one of a licence that is not allowed and one of the vendor that is held out, and a folder of clip art. */
export function writeToyPackages(cache: string, clipart: string): void {
	const put = (path: string, value: unknown) => putPackageFile(cache, path, JSON.stringify(value));
	for (const [name, version] of Object.entries(corpusPackages)) put(`${name}/package.json`, { name, version });
	const license = { title: 'MIT', spdx: 'MIT' };
	put('@iconify/json/collections.json', {
		noto: { category: 'Emoji', palette: true, license },
		tiny: { category: 'UI 24px', palette: false, license },
		closed: { category: 'UI 24px', palette: false, license: { spdx: 'GPL-3.0' } },
		openmoji: { category: 'Emoji', palette: true, license: { spdx: 'CC-BY-SA-4.0' } },
	});
	const set = (prefix: string, rest: object) =>
		put(`@iconify/json/json/${prefix}.json`, {
			prefix,
			info: { name: prefix, license },
			width: 16,
			height: 16,
			...rest,
		});
	set('noto', { icons: { 'red-apple': { body: disc('#d22') } }, chars: { '1f34e': 'red-apple' } });
	set('tiny', {
		icons: {
			'heart-24-filled': { body: disc('currentColor') },
			banner: { body: '<rect width="60" height="12"/>', width: 60, height: 12 },
			old: { body: disc('#000'), hidden: true },
			blank: { body: '' },
		},
		aliases: { love: { parent: 'heart-24-filled' }, turned: { parent: 'banner', rotate: 1 } },
	});
	set('openmoji', { icons: { 'red-apple': { body: disc('#e33') } } });
	const apple = {
		hexcode: '1F34E',
		label: 'red apple',
		tags: ['apple', 'fruit'],
		skins: [{ hexcode: '1F34E-1F3FB', label: 'red apple: light' }],
	};
	put('emojibase-data/en/compact.json', [apple]);
	for (const lang of ['ru', 'de', 'fr', 'es'])
		put(`emojibase-data/${lang}/compact.json`, [{ hexcode: '1F34E', label: `apple in ${lang}` }]);
	mkdirSync(join(clipart, 'fruit'), { recursive: true });
	writeFileSync(
		join(clipart, 'fruit/pear.svg'),
		`<svg xmlns="http://www.w3.org/2000/svg" xmlns:dc="d" xmlns:rdf="r" xmlns:cc="c" viewBox="0 0 40 16"><metadata><dc:title>Pear &amp; Leaf</dc:title><dc:subject><rdf:li>fruit</rdf:li><rdf:li>green</rdf:li></dc:subject><cc:license rdf:resource="http://web.resource.org/cc/PublicDomain"/></metadata>${disc('#2a2')}</svg>`,
	);
}
