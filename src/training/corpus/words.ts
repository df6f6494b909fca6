/** @file The words by which people may call a concept: names, synonyms, emoji annotations in five languages, WordNet synonyms. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AtelierError } from '../../errors.js';
import type { ConceptEntry } from './concepts.js';
import { stripSelectors } from './iconify.js';
import { plainText, plainWords } from './names.js';
import { readNouns } from './wordnet.js';

/** A word or short phrase in one language (BCP 47). */
export interface Word {
	readonly text: string;
	readonly lang: string;
}

/** Languages whose emoji annotations are read. */
export const wordLanguages = ['en', 'ru', 'de', 'fr', 'es'] as const;

/** A tag on more emoji than this is a category (`animal`), not a name. */
const maxTagEmoji = 4;
/** Likewise a text that more concepts than this lay claim to. */
const maxConcepts = 2;

/** Annotations hold many adjectives; as names they mislead. */
const russianAdjective = /(ый|ий|ой|ая|яя|ое|ее|ые|ие)$/;

export interface Emoji {
	readonly hexcode: string;
	readonly label: string;
	/** Emojibase's number of the group; none for regional letters. */
	readonly group?: number;
	readonly tags?: readonly string[];
	/** Variants of skin tone. */
	readonly skins?: readonly Emoji[];
}

/** Emoji annotations by language, from `emojibase-data`. */
export type Annotations = ReadonlyMap<string, readonly Emoji[]>;

/** Read the annotations of every language. @throws AtelierError E_CORPUS when the package is missing */
export async function readAnnotations(folder: string): Promise<Annotations> {
	const out = new Map<string, Emoji[]>();
	for (const lang of wordLanguages) {
		const path = join(folder, lang, 'compact.json');
		try {
			out.set(lang, JSON.parse(await readFile(path, 'utf8')) as Emoji[]);
		} catch (cause) {
			throw new AtelierError('E_CORPUS', `expected emoji annotations in ${path}; install emojibase-data again`, {
				cause,
			});
		}
	}
	return out;
}

/** Emoji that are no drawings of things: parts of others (group 2) and flags of countries and regions (group 9). */
const leftOut = new Set([2, 9]);

/** Names of emoji in plain words that can be told apart by their picture; no flags, no skin tones. In a fixed order. */
export const emojiNames = (annotations: Annotations): string[] => [
	...new Set(
		(annotations.get('en') ?? [])
			.filter(({ group }) => group !== undefined && !leftOut.has(group))
			.map(({ label }) => plainWords(label))
			.filter((name) => name !== ''),
	),
];

/** English label by lower-case code point sequence without selectors. */
export function emojiLabels(annotations: Annotations): Map<string, string> {
	return new Map((annotations.get('en') ?? []).map((emoji) => [stripSelectors(emoji.hexcode), emoji.label]));
}

/**
 * The words of every concept, in the order of `concepts`. Names and synonyms come first; a text that belongs to several
 * concepts' annotations, or names another concept, is left out: a wrong word is worse than a missing one.
 */
export async function conceptWords(
	concepts: readonly ConceptEntry[],
	annotations: Annotations,
	wordnet: string,
): Promise<Word[][]> {
	const byLabel = new Map((annotations.get('en') ?? []).map((emoji) => [plainWords(emoji.label), emoji.hexcode]));
	const tables = new Map(wordLanguages.map((lang) => [lang as string, languageTables(annotations.get(lang) ?? [])]));
	const owner = new Map<string, number>();
	concepts.forEach((concept, index) => {
		for (const text of [concept.name, ...(concept.also ?? [])]) owner.set(`en ${plainText(text)}`, index);
		for (const text of concept.ru ?? []) owner.set(`ru ${plainText(text)}`, index);
	});
	const nouns = await readNouns(wordnet);
	// Labels are names: one emoji, one concept. Tags only describe: taken of the emoji that bears the concept's own name,
	// unless they are rare things' labels themselves, or, in English, no nouns that can be drawn.
	const claims = new Map<string, Set<number>>();
	const proposals = concepts.map((concept, index) => {
		const out: Word[] = [];
		const names = [concept.name, ...(concept.also ?? [])].map(plainWords);
		const codes = names.map((name) => byLabel.get(name)).filter((code) => code !== undefined);
		for (const lang of wordLanguages) {
			const { byCode, tagCount, labels } = tables.get(lang) as LanguageTables;
			codes.forEach((code, rank) => {
				const entry = byCode.get(code);
				if (!entry) return;
				propose(out, entry.label, lang);
				for (const tag of rank === 0 ? (entry.tags ?? []) : []) {
					const text = plainText(tag);
					if ((tagCount.get(text) ?? 0) > maxTagEmoji || labels.has(text)) continue;
					if (lang === 'en' ? !nouns.drawable(text) : lang === 'ru' && russianAdjective.test(text)) continue;
					propose(out, tag, lang);
				}
			});
		}
		for (const { text, lang } of out) {
			const key = `${lang} ${text}`;
			claims.set(key, (claims.get(key) ?? new Set<number>()).add(index));
		}
		return out;
	});
	return concepts.map((concept, index) => {
		const kept = new Map<string, Word>();
		const keep = (text: string, lang: string): void => {
			const key = `${lang} ${text}`;
			if (text !== '' && !kept.has(key)) kept.set(key, { text, lang });
		};
		for (const text of [concept.name, ...(concept.also ?? [])]) keep(plainText(text), 'en');
		for (const text of concept.ru ?? []) keep(plainText(text), 'ru');
		for (const { text, lang } of proposals[index] ?? []) {
			const claimed = owner.get(`${lang} ${text}`);
			if (claimed !== undefined && claimed !== index) continue;
			if ((claims.get(`${lang} ${text}`)?.size ?? 0) <= maxConcepts) keep(text, lang);
		}
		for (const raw of nouns.synonyms(concept.name)) {
			const text = plainText(raw);
			const claimed = owner.get(`en ${text}`);
			if (claimed === undefined || claimed === index) keep(text, 'en');
		}
		return [...kept.values()];
	});
}

/** A kind holds of at least and at most so many concepts: `fruit` and `animal` say something, `physical entity` nothing. */
const kindSizes = [3, 90] as const;
/** Words of WordNet's upper storeys, and kinds whose everyday sense is another. */
const noKinds = new Set(
	'artifact,instrumentality,whole,object,thing,implement,covering,structure,part,process,organism,worker,adult,relative,unpleasant person,support,sign,design,article,block,arm,area,case,control,barrier,constraint,commodity,durable goods,consumer goods,device,line,opening,passage,equipment,conveyance,chordate,craniate,vertebrate,placental,natural object,holding device,good,obstruction,figure,bar,strip,course,extremity'.split(
		',',
	),
);

/** For each concept the kinds of things it is, from WordNet's hypernyms; names of concepts themselves are left out. */
export async function conceptKinds(concepts: readonly ConceptEntry[], wordnet: string): Promise<string[][]> {
	const nouns = await readNouns(wordnet);
	const names = new Set(concepts.flatMap(({ name, also }) => [name, ...(also ?? [])].map(plainText)));
	const all = concepts.map(({ name, drawable }) => (drawable === false ? [] : [...new Set(nouns.hypernyms(name))]));
	const sizes = new Map<string, number>();
	for (const kind of all.flat()) sizes.set(kind, (sizes.get(kind) ?? 0) + 1);
	return all.map((kinds) =>
		kinds.filter((kind) => {
			const size = sizes.get(kind) ?? 0;
			return size >= kindSizes[0] && size <= kindSizes[1] && !names.has(kind) && !noKinds.has(kind);
		}),
	);
}

interface LanguageTables {
	readonly byCode: ReadonlyMap<string, Emoji>;
	/** On how many emoji a tag stands. */
	readonly tagCount: ReadonlyMap<string, number>;
	readonly labels: ReadonlySet<string>;
}

function languageTables(emoji: readonly Emoji[]): LanguageTables {
	const tagCount = new Map<string, number>();
	for (const { tags } of emoji)
		for (const tag of tags ?? []) tagCount.set(plainText(tag), (tagCount.get(plainText(tag)) ?? 0) + 1);
	return {
		byCode: new Map(emoji.map((entry) => [entry.hexcode, entry])),
		tagCount,
		labels: new Set(emoji.map(({ label }) => plainText(label))),
	};
}

/** Texts that can be typed: no emoticons, no dates, no single letters. */
function propose(out: Word[], raw: string, lang: string): void {
	const text = plainText(raw);
	if (text.length >= 2 && text.length <= 40 && !/[0-9^:;()]/.test(text)) out.push({ text, lang });
}
