/** Where customers live and how they are called: made-up people from common names of each country. */
export interface Place {
  readonly country: string;
  /** Relative number of customers. */
  readonly weight: number;
  readonly cities: readonly string[];
  readonly firstNames: readonly string[];
  readonly lastNames: readonly string[];
}

function place(country: string, weight: number, cities: string, firstNames: string, lastNames: string): Place {
  const words = (text: string): string[] => text.split(', ');
  return { country, weight, cities: words(cities), firstNames: words(firstNames), lastNames: words(lastNames) };
}

export const PLACES: readonly Place[] = [
  place(
    'Germany',
    26,
    'Berlin, Hamburg, Munich, Cologne, Leipzig',
    'Anke, Jonas, Lena, Matthias, Katrin, Tobias, Silke, Moritz, Greta, Henning, Ute, Felix',
    'Brandt, Vogel, Lindner, Seidel, Kramer, Hartwig, Pohl, Reuter, Engel, Thoma, Busch, Winkler',
  ),
  place(
    'France',
    18,
    'Paris, Lyon, Nantes, Toulouse',
    'Camille, Julien, Elodie, Mathieu, Aurore, Bastien, Margaux, Thierry, Sandrine, Lucas',
    'Moreau, Garnier, Chevalier, Lambert, Roussel, Fontaine, Barbier, Perrin, Marchand, Colin',
  ),
  place(
    'United Kingdom',
    16,
    'London, Manchester, Bristol, Leeds',
    'Harriet, Oliver, Imogen, Callum, Rosie, Gareth, Megan, Duncan, Phoebe, Alistair',
    'Whitfield, Pearce, Holloway, Bennett, Thornton, Marsh, Ashby, Cartwright, Dawson, Fenwick',
  ),
  place(
    'Netherlands',
    12,
    'Amsterdam, Rotterdam, Utrecht',
    'Sanne, Daan, Femke, Bram, Lotte, Ruben, Maud, Joris, Tess, Wouter',
    'Bakker, Visser, Mulder, Dekker, Hendriks, Kuipers, Postma, Schouten, Verhoeven, Dijkstra',
  ),
  place(
    'Spain',
    11,
    'Madrid, Barcelona, Valencia',
    'Lucia, Javier, Carmen, Sergio, Nuria, Pablo, Ines, Adrian, Marta, Ruben',
    'Navarro, Iglesias, Molina, Cabrera, Vidal, Campos, Fuentes, Prieto, Soler, Pascual',
  ),
  place(
    'Italy',
    11,
    'Milan, Rome, Turin',
    'Giulia, Marco, Chiara, Davide, Elisa, Stefano, Federica, Paolo, Alessia, Nicola',
    'Ferrari, Colombo, Ricci, Galli, Conti, Rinaldi, Caruso, Leone, Marchetti, Barone',
  ),
  place(
    'Sweden',
    8,
    'Stockholm, Gothenburg, Uppsala',
    'Elin, Oskar, Linnea, Viktor, Saga, Anton, Freja, Nils',
    'Lindqvist, Bergman, Sandberg, Forsberg, Holm, Nyberg, Ekstrom, Wallin',
  ),
  place(
    'Poland',
    7,
    'Warsaw, Krakow, Gdansk',
    'Agnieszka, Tomasz, Kinga, Pawel, Zofia, Marek, Alicja, Rafal',
    'Kowalczyk, Zielinska, Mazur, Krawczyk, Wrona, Pawlak, Sikora, Baran',
  ),
  place(
    'Austria',
    7,
    'Vienna, Graz, Salzburg',
    'Theresa, Lukas, Johanna, Florian, Verena, Clemens, Magdalena, Georg',
    'Gruber, Pichler, Steiner, Moser, Eder, Leitner, Haas, Fuchs',
  ),
  place(
    'Belgium',
    6,
    'Brussels, Antwerp, Ghent',
    'Noemie, Pieter, Charlotte, Bart, Delphine, Stijn, Amelie, Koen',
    'Peeters, Claes, Dumont, Wouters, Lejeune, Maes, Goossens, Lemaire',
  ),
  place(
    'Ireland',
    5,
    'Dublin, Cork, Galway',
    'Aoife, Cian, Niamh, Declan, Orla, Ronan, Sinead, Eoin',
    'Brennan, Gallagher, Nolan, Doyle, Keane, Sheridan, Tierney, Walsh',
  ),
  place(
    'Denmark',
    4,
    'Copenhagen, Aarhus',
    'Astrid, Mikkel, Signe, Rasmus, Maja, Emil, Karen, Jeppe',
    'Mortensen, Kjeldsen, Lund, Bruun, Iversen, Dahl, Skov, Winther',
  ),
];

export interface Supplier {
  readonly name: string;
  readonly city: string;
  readonly country: string;
}

/** Made-up companies; Portugal and Czechia supply the shop but have no customers in it. */
export const SUPPLIERS: readonly Supplier[] = [
  { name: 'Ironmoor Foundry', city: 'Sheffield', country: 'United Kingdom' },
  { name: 'Waldkontor', city: 'Freiburg', country: 'Germany' },
  { name: 'Lumenhaus', city: 'Hamburg', country: 'Germany' },
  { name: 'Casa Azulejo', city: 'Porto', country: 'Portugal' },
  { name: 'Fjordline Outdoor', city: 'Gothenburg', country: 'Sweden' },
  { name: 'Verde Collina', city: 'Bologna', country: 'Italy' },
  { name: 'Papeterie du Quai', city: 'Nantes', country: 'France' },
  { name: 'Klikkerhout Toys', city: 'Utrecht', country: 'Netherlands' },
  { name: 'Bohemia Textil', city: 'Brno', country: 'Czechia' },
  { name: 'Torrefazione Sestri', city: 'Genoa', country: 'Italy' },
];
