/** Small databases as people bring them: a shop of music and a trader, in the shape of two that are widely used. */
import { importDatabase } from '../../src/database/import.ts';

const MUSIC = `
CREATE TABLE artists (ArtistId INTEGER PRIMARY KEY, Name NVARCHAR(120));
CREATE TABLE albums (AlbumId INTEGER PRIMARY KEY, Title NVARCHAR(160) NOT NULL, ArtistId INTEGER NOT NULL REFERENCES artists (ArtistId));
CREATE TABLE genres (GenreId INTEGER PRIMARY KEY, Name NVARCHAR(120));
CREATE TABLE tracks (TrackId INTEGER PRIMARY KEY, Name NVARCHAR(200) NOT NULL, AlbumId INTEGER REFERENCES albums (AlbumId),
  GenreId INTEGER REFERENCES genres (GenreId), Milliseconds INTEGER NOT NULL, UnitPrice NUMERIC(10,2) NOT NULL);
CREATE TABLE customers (CustomerId INTEGER PRIMARY KEY, FirstName NVARCHAR(40), LastName NVARCHAR(20), Country NVARCHAR(40));
CREATE TABLE invoices (InvoiceId INTEGER PRIMARY KEY, CustomerId INTEGER NOT NULL REFERENCES customers (CustomerId),
  InvoiceDate DATETIME NOT NULL, Total NUMERIC(10,2) NOT NULL);
CREATE INDEX IFK_TrackAlbumId ON tracks (AlbumId);
INSERT INTO artists VALUES (1, 'The Otters'), (2, 'Kern Quartet'), (3, 'Marie Dubois');
INSERT INTO albums VALUES (1, 'River Songs', 1), (2, 'Late Strings', 2), (3, 'Upstream', 1), (4, 'Paris at Four', 3);
INSERT INTO genres VALUES (1, 'Rock'), (2, 'Classical'), (3, 'Chanson');
INSERT INTO customers VALUES (1, 'Ann', 'Smith', 'Canada'), (2, 'Bob', 'Jones', 'Brazil'), (3, 'Cléo', 'Kern', 'France'), (4, 'Dan', 'Roy', 'Canada');
INSERT INTO invoices VALUES (1, 1, '2021-01-03 00:00:00', 3.96), (2, 2, '2021-02-11 00:00:00', 0.99), (3, 1, '2022-05-20 00:00:00', 13.86), (4, 3, '2022-06-01 00:00:00', 1.98);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40)
  INSERT INTO tracks SELECT i, 'Track ' || i, 1 + i % 4, 1 + i % 3, 120000 + 7919 * i % 200000, CASE i % 5 WHEN 0 THEN 1.99 ELSE 0.99 END FROM n;`;

const TRADER = `
CREATE TABLE [Categories] ([CategoryID] INTEGER PRIMARY KEY AUTOINCREMENT, [CategoryName] TEXT, [Picture] BLOB);
CREATE TABLE [Products] ([ProductID] INTEGER PRIMARY KEY, [ProductName] TEXT NOT NULL, [CategoryID] INTEGER REFERENCES [Categories] ([CategoryID]),
  [UnitPrice] NUMERIC DEFAULT 0, [Discontinued] TEXT NOT NULL DEFAULT '0');
CREATE TABLE [Orders] ([OrderID] INTEGER PRIMARY KEY, [CustomerID] TEXT, [OrderDate] DATETIME, [ShipCountry] TEXT);
CREATE TABLE [Order Details] ([OrderID] INTEGER NOT NULL REFERENCES [Orders] ([OrderID]), [ProductID] INTEGER NOT NULL REFERENCES [Products] ([ProductID]),
  [Quantity] INTEGER NOT NULL, PRIMARY KEY ([OrderID], [ProductID]));
CREATE VIEW [Current Product List] AS SELECT ProductID, ProductName FROM Products WHERE Discontinued = '0';
INSERT INTO Categories VALUES (1, 'Beverages', x'ffd8ff'), (2, 'Condiments', NULL);
INSERT INTO Products VALUES (1, 'Chai', 1, 18, '0'), (2, 'Chang', 1, 19, '0'), (3, 'Aniseed Syrup', 2, 10, '1');
INSERT INTO Orders VALUES (1, 'VINET', '2016-07-04', 'France'), (2, 'TOMSP', '2016-07-05', 'Germany');
INSERT INTO [Order Details] VALUES (1, 1, 12), (1, 3, 10), (2, 2, 5);`;

export interface FileToBring {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

const sqlite = async (name: string, dump: string): Promise<FileToBring> => {
  const { image, connection } = await importDatabase(dump);
  const buffer = Buffer.from(image);
  connection.close();
  return { name, mimeType: 'application/vnd.sqlite3', buffer };
};
const csv = (name: string, text: string): FileToBring => ({ name, mimeType: 'text/csv', buffer: Buffer.from(text) });

export const musicFile = (): Promise<FileToBring> => sqlite('music.sqlite', MUSIC);
export const traderFile = (): Promise<FileToBring> => sqlite('trader.db', TRADER);
export const TABLES: readonly FileToBring[] = [
  csv('customers.csv', 'id;name;country\n1;Ann;Italy\n2;Bob;France\n3;Cléo;Italy\n'),
  csv('orders.csv', 'order_id;customer_id;total\n7;1;1.234,50\n8;2;99,00\n9;1;5,25\n'),
];

/** Questions about the music with the SQL that answers them. */
export const MUSIC_QUESTIONS: readonly (readonly [string, string])[] = [
  ['How many customers are there in each country?', 'SELECT Country, COUNT(*) FROM customers GROUP BY Country'],
  ['How many tracks are there?', 'SELECT COUNT(*) FROM tracks'],
  ['List the titles of all albums.', 'SELECT Title FROM albums'],
  ['Which tracks cost more than 1?', 'SELECT Name FROM tracks WHERE UnitPrice > 1'],
  [
    'How many albums has each artist?',
    'SELECT a.Name, COUNT(*) FROM artists a JOIN albums b ON b.ArtistId = a.ArtistId GROUP BY a.ArtistId',
  ],
  ['What is the total of all invoices?', 'SELECT SUM(Total) FROM invoices'],
  [
    'How many tracks are there in each genre?',
    'SELECT g.Name, COUNT(*) FROM genres g JOIN tracks t ON t.GenreId = g.GenreId GROUP BY g.GenreId',
  ],
  ['Which customers are from Canada?', "SELECT FirstName, LastName FROM customers WHERE Country = 'Canada'"],
];
